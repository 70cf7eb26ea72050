"""What a batch must know about questions: where they are, and what they may cost."""

from collections.abc import Sequence
from pathlib import Path

from ..bundle import Model
from ..mlops.batch.adapter import BatchReader
from ..mlops.batch.text_sources import TextSource
from ..mlops.llm.batch_files import open_files
from ..mlops.llm.providers.budget import Budget


def open_sources(_: Model, names: Sequence[str], id_column: str | None) -> list[TextSource]:
    """Returns the .txt, .csv, .jsonl and .parquet files."""
    return open_files(names, id_column)


def limit_cost(model: Model, limit_usd: float, record: Path) -> None:
    """Lets the calls of the model cost no more than is left by what the record says."""
    model.calls.budget = Budget(limit_usd, record)


READER = BatchReader(
    open_sources, part_rows=10, batch_rows=10, rejects_failures=False, limit_cost=limit_cost
)
