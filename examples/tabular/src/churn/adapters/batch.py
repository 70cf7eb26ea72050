"""What a batch must know about tables: how their rows are read."""

from collections.abc import Sequence

from ..features import add_columns
from ..mlops.batch.adapter import BatchReader
from ..mlops.tabular import table_sources
from ..predict import Model


def open_sources(
    model: Model, names: Sequence[str], id_column: str | None
) -> list[table_sources.TableSource]:
    """Returns the CSV, Parquet and JSONL files, each with types that were decided once."""
    return table_sources.open_tables(model, names, id_column, add_columns)


READER = BatchReader(open_sources, part_rows=20_000, batch_rows=20_000)
