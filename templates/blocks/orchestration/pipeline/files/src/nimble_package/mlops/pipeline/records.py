"""The records of the pipeline: one JSON file for each run, which says what each step did.

Times are in UTC, and `ended` is `started` plus what a clock that never goes back has counted.
"""

import logging
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pydantic

from ..files import load_json, to_json, write_whole

log = logging.getLogger(__name__)
FOLDER = Path("pipeline/runs")
LOGS = Path("pipeline/logs")  # one folder for each run, one file for each step

# Reasons for which a run or a step ended.
RUNNING = "running"
FINISHED = "finished"
UP_TO_DATE = "up to date"  # nothing had to run
FAILED = "failed"
REFUSED = "refused"  # bad input: status 2
STOPPED = "stopped"  # by Ctrl-C or SIGTERM
KILLED = "killed"  # without a chance to say so, as by kill -9 or a power cut
GOOD = (FINISHED, UP_TO_DATE)


@dataclass(frozen=True)
class StepRecord:
    """What one step of a run did; None: not known on this system."""

    name: str
    started: datetime
    ended: datetime | None = None
    cpu_seconds: float | None = None  # of its process and all that it started
    peak_memory_bytes: int | None = None  # of the largest of these processes
    waiting_seconds: float | None = None  # neither computing nor waiting for a core: data, network
    attempts: int = 0
    exit_reason: str = RUNNING
    input_hash: str = ""
    output_hash: str = ""
    reason: str = ""  # why it ran
    message: str = ""  # the last lines of a step that failed


@dataclass(frozen=True)
class RunRecord:
    """One run of the pipeline."""

    run_id: str
    number: int  # counts the runs of this folder
    started: datetime
    ended: datetime | None = None
    exit_reason: str = RUNNING
    commit: str | None = None
    trigger: str = "manual"
    steps: Sequence[StepRecord] = ()
    message: str = ""  # what went wrong
    continues: str | None = None  # the run before it, which did not finish
    notified: bool = False  # whether its failure was reported
    model_run_id: str | None = None  # the run in the tracker that trained the model
    metrics: dict[str, float] = field(default_factory=dict)  # of reports/metrics.json
    seeds: Sequence[int] = ()
    instance_type: str | None = None  # of the VM, by RUN_INSTANCE_TYPE
    cores: int | None = None  # of the machine
    committed: datetime | None = None  # when the commit was made
    group: str | None = None  # the run of an orchestrator that this step is a part of
    steps_left: int = 0  # that the orchestrator starts after this one

    @property
    def seconds(self) -> float | None:
        """How long it took; None while it runs."""
        return (self.ended - self.started).total_seconds() if self.ended else None


_ADAPTER = pydantic.TypeAdapter(RunRecord)


def read_records(folder: Path = FOLDER) -> list[RunRecord]:
    """Returns the record of every run, oldest first; one that cannot be read is named."""
    found = []
    for path in sorted(folder.glob("*.json")):
        try:
            found.append(_ADAPTER.validate_python(load_json(path)))
        except (OSError, ValueError) as error:
            reason = " ".join(str(error).split())[:200]
            log.warning('"%s" is left out: it is not a record (%s)', path.as_posix(), reason)
    return sorted(found, key=lambda record: (record.number, record.started))


def join_groups(found: Sequence[RunRecord]) -> list[RunRecord]:
    """Returns the records with those of one run of an orchestrator as one, oldest first."""
    groups: dict[str, list[RunRecord]] = {}
    for record in found:
        groups.setdefault(record.group or record.run_id, []).append(record)
    newest = found[-1].group if found else None
    return [_join(parts, is_newest=name == newest) for name, parts in groups.items()]


def _join(parts: Sequence[RunRecord], *, is_newest: bool) -> RunRecord:
    """The newest record, with the steps of all; a step that was tried again is there once."""
    first, last = parts[0], parts[-1]
    if first.group is None:
        return first
    steps: dict[str, StepRecord] = {}
    for step in [step for part in parts for step in part.steps]:
        before = steps.get(step.name)
        tries = before.attempts if before else 0
        steps[step.name] = replace(step, attempts=tries + step.attempts)
    reason = last.exit_reason
    if reason in GOOD and last.steps_left:
        reason = RUNNING if is_newest else STOPPED
    elif reason in GOOD and any(part.exit_reason == FINISHED for part in parts):
        reason = FINISHED
    return replace(
        last,
        run_id=first.run_id,
        number=first.number,
        started=first.started,
        steps=list(steps.values()),
        exit_reason=reason,
    )


def write(record: RunRecord, folder: Path = FOLDER) -> None:
    """Writes the record whole, or leaves the one that was there."""
    folder.mkdir(parents=True, exist_ok=True)
    content = _ADAPTER.dump_python(record, mode="json")
    write_whole(folder / f"{record.run_id}.json", to_json(content))


def begin(
    earlier: Sequence[RunRecord],
    commit: str | None,
    trigger: str,
    committed: datetime | None = None,
) -> RunRecord:
    """Returns the record of a run that begins now."""
    number = max((record.number for record in earlier), default=0) + 1
    last = earlier[-1] if earlier else None
    continues = last.run_id if last and last.exit_reason not in GOOD else None
    return RunRecord(
        run_id=f"{number:06}-{secrets.token_hex(3)}",
        number=number,
        started=datetime.now(UTC),
        commit=commit,
        committed=committed,
        trigger=trigger,
        cores=os.cpu_count(),
        instance_type=os.environ.get("RUN_INSTANCE_TYPE"),
        continues=continues,
    )


def close_killed(records: Sequence[RunRecord]) -> list[RunRecord]:
    """Returns the records; those of runs that ended without saying so are written as killed."""
    return [_close(record) if record.exit_reason == RUNNING else record for record in records]


def _close(record: RunRecord) -> RunRecord:
    ended = _find_last_sign(record)
    steps = []
    for step in record.steps:
        is_open = step.exit_reason == RUNNING
        end = max(ended, step.started)
        steps.append(replace(step, ended=end, exit_reason=KILLED) if is_open else step)
    open_steps = [step.name for step in record.steps if step.exit_reason == RUNNING]
    where = f' in the step "{open_steps[-1]}"' if open_steps else ""
    message = f"the run was killed{where}"
    killed = replace(record, steps=steps, ended=ended, exit_reason=KILLED, message=message)
    write(killed)
    return killed


def _find_last_sign(record: RunRecord) -> datetime:
    """When a killed run last wrote something."""
    files = [FOLDER / f"{record.run_id}.json", *(LOGS / record.run_id).glob("*")]
    times = [datetime.fromtimestamp(file.stat().st_mtime, UTC) for file in files if file.exists()]
    return max([record.started, *times])
