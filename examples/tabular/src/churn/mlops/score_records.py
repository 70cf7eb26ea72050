"""Looks for evidence in the records of the pipeline, the gate, the registry and drift.

Evidence older than a quarter does not count, and neither does the rest when a record is damaged:
the newest one could be among those that cannot be read.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from .files import load_json

MAX_AGE = timedelta(days=92)
RUNS = Path("pipeline/runs")
DECISIONS = Path("decisions")
PROMOTIONS = Path("promotions")
DRIFT = Path("reports/drift.json")
RELIABILITY = Path("reports/reliability.json")
GOOD = ("finished", "up to date")  # how a run or a step of the pipeline ended


@dataclass(frozen=True)
class Evidence:
    """Whether evidence is here, and what it is or what is missing."""

    is_here: bool
    text: str


@dataclass(frozen=True)
class Record:
    """A JSON file, and when what it describes happened."""

    path: Path
    at: datetime
    content: Mapping[str, Any]

    @property
    def is_stale(self) -> bool:
        """Whether it is older than a quarter; a time in the future is an error of a clock."""
        age = datetime.now(UTC) - self.at
        return not timedelta(days=-1) <= age <= MAX_AGE


class DamagedError(Exception):
    """A record that cannot be read; the text names it."""


def find_step(step: str) -> Evidence:
    """The newest run of the pipeline that is over, if the step was done in it."""
    missing = f'no run of the pipeline with the step "{step}": "uv run poe pipeline"'

    def is_good(record: Record) -> bool:
        steps = record.content["steps"]
        done = [one for one in steps if one["name"] == step and one["exit_reason"] in GOOD]
        return record.content["exit_reason"] in GOOD and bool(done)

    return _find(RUNS, "started", is_good, missing, "the run {stem} of the pipeline did it")


def find_decision(check: str) -> Evidence:
    """A decision of the gate; with a name, one in which such a check passed."""
    missing = f'no decision of the gate that passed its check "{check}": "uv run poe gate"'

    def is_good(record: Record) -> bool:
        checks = record.content["verdict"]["checks"]
        passed = [one for one in checks if one["passed"] and one["name"].startswith(check)]
        return bool(passed)

    return _find(DECISIONS, "created", is_good, missing, "the decision {stem}: " + check)


def find_later_holdout() -> Evidence:
    """Decisions about the same champion on two holdouts, of which the second one is newer."""
    missing = 'no champion was evaluated on a newer holdout yet: "uv run poe gate --freeze"'
    try:
        records = _read(DECISIONS, "created")
        seen: dict[str, set[str]] = {}
        for record in records:
            for model in ("champion", "challenger"):
                facts = record.content[model]
                if record.content["look"] is not None and facts:
                    holdouts = seen.setdefault(facts["sha256"], set())
                    holdouts.add(record.content["holdout"]["sha256"])
                    if len(holdouts) > 1 and model == "champion" and not record.is_stale:
                        return Evidence(True, f"the decision {record.path.stem}")
    except DamagedError as error:
        return Evidence(False, str(error))
    except (KeyError, TypeError):
        return Evidence(False, _describe_damage(DECISIONS))
    return Evidence(False, missing)


def find_promotion(kind: str) -> Evidence:
    """A promotion or a rollback that was done."""
    command = "promote --rollback" if kind == "rollback" else "promote"
    missing = f'no {kind} of the last quarter: "uv run poe {command}"'
    return _find(PROMOTIONS, "at", lambda one: one.content["kind"] == kind, missing, "{path}")


def find_drift() -> Evidence:
    """A comparison of new data with the training data of the model in use."""
    return _find_report(DRIFT, "features", "uv run poe drift NEW_DATA")


def find_reliability(value: str) -> Evidence:
    """A value that `poe reliability` could compute from the records."""
    return _find_report(RELIABILITY, value, "uv run poe reliability")


def _find_report(path: Path, key: str, command: str) -> Evidence:
    name = path.as_posix()
    if not path.is_file():
        return Evidence(False, f'"{name}" is missing: "{command}"')
    try:
        content = _load(path)
        written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except DamagedError as error:
        return Evidence(False, str(error))
    if Record(path, written, content).is_stale:
        return Evidence(False, f'"{name}" is older than {MAX_AGE.days} days: "{command}"')
    if content.get(key) is None:
        return Evidence(False, f'"{name}" has no value for "{key}" yet: "{command}"')
    return Evidence(True, f"{name}, {key}")


def _find(
    folder: Path, time: str, is_good: Callable[[Record], bool], missing: str, found: str
) -> Evidence:
    """The newest record that fits, unless it is stale or any record is damaged."""
    try:
        fitting = [record for record in _read(folder, time) if is_good(record)]
    except DamagedError as error:
        return Evidence(False, str(error))
    except (KeyError, TypeError, AttributeError):
        return Evidence(False, _describe_damage(folder))
    if not fitting:
        return Evidence(False, missing)
    newest = fitting[-1]
    if newest.is_stale:
        name = newest.path.as_posix()
        return Evidence(False, f'"{name}" is not of the last {MAX_AGE.days} days: {missing}')
    return Evidence(True, found.format(stem=newest.path.stem, path=newest.path.as_posix()))


def _read(folder: Path, time: str) -> Sequence[Record]:
    """Returns the records of a folder, oldest first."""
    records = []
    for path in folder.glob("*.json"):
        content = _load(path)
        try:
            at = datetime.fromisoformat(content[time])
        except (KeyError, TypeError, ValueError):
            raise DamagedError(_describe_damage(path)) from None
        records.append(Record(path, at if at.tzinfo else at.replace(tzinfo=UTC), content))
    return sorted(records, key=lambda record: record.at)


def _load(path: Path) -> dict[str, Any]:
    try:
        content = load_json(path)
    except (OSError, ValueError):
        raise DamagedError(_describe_damage(path)) from None
    if not isinstance(content, dict):
        raise DamagedError(_describe_damage(path))
    return content


def _describe_damage(path: Path) -> str:
    return f'"{path.as_posix()}" cannot be read as a record: restore it from git, or remove it'
