"""Logs a decision as a child of the run that trained the challenger."""

from pathlib import Path
from typing import Any

from ...project import PROJECT
from .. import run_labels, tracking
from ..files import load_json
from ..project import REPORTS
from ..run_links import RunLinks
from .decision import DecisionRecord, find_path
from .report import FOLDER


def log(config: Any, record: DecisionRecord) -> None:
    """Logs verdict, numbers and files, where runs are tracked and the run is known."""
    if not config.runtime.track:
        return
    run_id = record.challenger.run_id or _read_run_id(REPORTS / "manifest.json")
    if run_id is None:
        return
    tags = {
        **run_labels.make_tags(PROJECT.modality),
        "gate.verdict": record.verdict.name,
        "gate.decision": record.id,
        "gate.holdout": record.holdout.sha256,
    }
    name = f"gate {run_id[: run_labels.ID_LENGTH]}"
    with tracking.start(config, RunLinks(parent=run_id), name=name, tags=tags) as run:
        run.log_metrics(_find_metrics(record))
        run.log_files(find_path(record.id), FOLDER)
        run.describe(record.verdict.reason)


def _read_run_id(path: Path) -> str | None:
    if not path.is_file():
        return None
    run_id: str | None = load_json(path)["run_id"]
    return run_id


def _find_metrics(record: DecisionRecord) -> dict[str, float]:
    found = record.verdict.comparison
    if found is None:
        return {}
    named = {
        "gate.champion": found.champion_score,
        "gate.challenger": found.challenger_score,
        "gate.difference": found.difference,
        "gate.visible_gain": found.visible_gain,
    }
    return {name: value for name, value in named.items() if value is not None}
