"""What a batch must know about texts: the column of config.yaml that holds them."""

from collections.abc import Sequence

from .. import config
from ..mlops.batch.adapter import BatchReader
from ..mlops.batch.text_sources import TextSource
from ..mlops.nlp.batch_files import open_files
from ..predict import Model


def open_sources(_: Model, names: Sequence[str], id_column: str | None) -> list[TextSource]:
    """Returns the .csv, .tsv, .jsonl and .parquet files."""
    column = config.load().data.text
    return open_files(names, column, id_column)


READER = BatchReader(open_sources, part_rows=5000, batch_rows=500)
