"""What is checked before the predictions of a batch are published."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..hook_points import BatchFinding

if TYPE_CHECKING:
    from .settings import Settings

# Columns of the predictions that say where a row comes from.
FIXED = ("input_file", "input_row", "input_id", "model_version", "run_id")
LABEL = "label"
ANSWERED = "answered"  # of a language model: whether it answered at all


def check_counts(settings: "Settings", rows: int, predictions: int) -> list[BatchFinding]:
    """Returns whether there are enough predictions, and few enough rejects."""
    limits = settings.checks
    found = f"{predictions:,} predictions, at least {limits.min_rows:,} are required"
    results = [BatchFinding("min_rows", predictions >= limits.min_rows, found)]
    share = (rows - predictions) / rows if rows else 0.0
    allowed = f"{limits.max_rejects:.2%} is allowed"
    message = f"{share:.2%} of {rows:,} rows were rejected, {allowed}"
    results.append(BatchFinding("max_rejects", share <= limits.max_rejects, message))
    return results


def check_share(settings: "Settings", counts: Mapping[Any, int], column: str) -> BatchFinding:
    """Returns whether one value is not nearly all that was predicted."""
    limit = settings.checks.max_share
    total = sum(counts.values())
    if total < 2:
        return BatchFinding("max_share", True, "too few predictions to compare")
    value, count = max(counts.items(), key=lambda item: item[1])
    share = count / total
    message = f'"{value}" is {share:.1%} of "{column}", {limit:.1%} is allowed'
    return BatchFinding("max_share", share <= limit, message)


def find_column(columns: Sequence[str], target: str) -> str:
    """Returns the column that holds the prediction itself."""
    for name in (target, LABEL, ANSWERED):
        if name in columns and name not in FIXED:
            return name
    others = [name for name in columns if name not in FIXED]
    return others[0] if others else ""


def count_values(rows: Iterator[Mapping[str, Any]], target: str) -> tuple[str, Counter[Any]]:
    """Returns the column of the prediction, and how often each value was predicted."""
    counts: Counter[Any] = Counter()
    column = ""
    for row in rows:
        column = column or find_column(list(row), target)
        counts[row.get(column)] += 1
    return column, counts


def read_predictions(folder: Path) -> Iterator[dict[str, Any]]:
    """Yields the rows of the parts of a batch; of CSV all values are texts."""
    for path in sorted((folder / "predictions").glob("part-*")):
        yield from read_table(path)


def read_table(path: Path) -> Iterator[dict[str, Any]]:
    """Yields the rows of a Parquet or CSV file that a batch wrote."""
    if path.suffix == ".csv":
        import csv

        with path.open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)
        return
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as table:
        for batch in table.iter_batches():
            yield from batch.to_pylist()
