"""The records of `poe batch`, which have the fields of a record of the pipeline."""

from collections.abc import Sequence
from pathlib import Path

from ..html_page import Line, format_duration
from . import records
from .records import RunRecord
from .reliability import measure

FOLDER = Path("pipeline/batch/runs")


def format_lines(found: Sequence[RunRecord]) -> list[Line]:
    """Returns success, recovery and duration of the batch prediction; nothing without a run."""
    values = measure(found, None, {})
    if not values.runs or values.success_rate is None:
        return []
    since = "the mean, from the first failure to the next good run"
    if values.failing_since:
        since = f"failing since {values.failing_since:%Y-%m-%d %H:%M} UTC"
    failed = f"{values.failed} of {values.runs} runs failed, were refused or killed"
    last = found[-1]
    newest = f"{last.started:%Y-%m-%d %H:%M} UTC: {last.exit_reason}"
    return [
        Line("batch success rate", f"{values.success_rate:.0%}", failed),
        Line("batch recovery", format_duration(values.recovery_seconds), since),
        Line("duration of a batch", format_duration(values.seconds_median), newest),
    ]


def read(folder: Path = FOLDER) -> list[RunRecord]:
    """Returns the records of the batch prediction, oldest first."""
    return records.read_records(folder)
