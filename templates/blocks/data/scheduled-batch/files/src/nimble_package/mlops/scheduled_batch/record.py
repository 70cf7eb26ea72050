"""The record of a run of `poe batch`: what it read, wrote, checked and reported.

It has the fields of a record of the pipeline, so `poe reliability` reads both.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pydantic

from ..errors import UserError
from ..files import load_json, to_json, write_whole
from ..hook_points import BatchFinding

FOLDER = Path("pipeline/batch")
RUNNING, FINISHED, FAILED, REFUSED, KILLED = "running", "finished", "failed", "refused", "killed"


@dataclass(frozen=True)
class BatchRecord:
    """One run."""

    run_id: str
    number: int
    started: datetime
    trigger: str
    commit: str | None
    inputs: Sequence[str]
    folder: str = ""  # with the predictions
    ended: datetime | None = None
    exit_reason: str = RUNNING
    message: str = ""
    rows: int = 0
    predictions: int = 0
    column: str = ""  # that holds the prediction itself
    is_number: bool = False  # whether a number was predicted; CSV has texts
    model: str = ""  # hash of its files
    model_run_id: str | None = None
    checks: Sequence[BatchFinding] = ()
    published: bool = False
    steps: Sequence[dict[str, Any]] = field(default_factory=list)  # as the pipeline has them


_ADAPTER = pydantic.TypeAdapter(BatchRecord)


def read_all(folder: Path = FOLDER) -> list[BatchRecord]:
    """Returns every record, oldest first; raises UserError for a damaged one."""
    found = []
    for path in sorted((folder / "runs").glob("*.json")):
        try:
            found.append(_ADAPTER.validate_python(load_json(path)))
        except (OSError, ValueError) as error:
            reason = " ".join(str(error).split())[:200]
            raise UserError(
                f'"{path.as_posix()}" is not a record of a batch ({reason}): delete it'
            ) from None
    return sorted(found, key=lambda record: record.number)


def write(record: BatchRecord, folder: Path = FOLDER) -> None:
    """Writes the record whole."""
    runs = folder / "runs"
    runs.mkdir(parents=True, exist_ok=True)
    content = _ADAPTER.dump_python(record, mode="json")
    write_whole(runs / f"{record.run_id}.json", to_json(content))


def make_id(number: int) -> str:
    """Returns the id of a run."""
    return f"{number:06}-{secrets.token_hex(3)}"


def make_step(record: BatchRecord, now: datetime, exit_reason: str) -> dict[str, Any]:
    """Returns the one step of a run, as a record of the pipeline has it."""
    return {
        "name": "batch",
        "started": record.started.isoformat(),
        "ended": now.isoformat(),
        "attempts": 1,
        "exit_reason": exit_reason,
        "message": record.message,
    }
