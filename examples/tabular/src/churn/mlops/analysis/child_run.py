"""Logs the analysis of a model as a child of the run that trained it."""

import re
from collections.abc import Mapping
from pathlib import Path

from ...project import PROJECT
from .. import run_labels, tracking
from ..files import load_json
from ..project import REPORTS, ProjectConfig
from ..run_links import RunLinks

NOT_IN_METRIC_NAMES = re.compile(r"[^\w.\- :/]")


def log_child_run(config: ProjectConfig, metrics: Mapping[str, float], folder: Path) -> None:
    """Logs metrics and files below the run of reports/manifest.json, if that run was tracked."""
    manifest = REPORTS / "manifest.json"
    if not config.runtime.track or not manifest.is_file():
        return
    run_id = load_json(manifest)["run_id"]
    if run_id is None:
        return
    allowed = {NOT_IN_METRIC_NAMES.sub("_", name): value for name, value in metrics.items()}
    name = f"{folder.name} {run_id[: run_labels.ID_LENGTH]}"
    tags = run_labels.make_tags(PROJECT.modality)
    with tracking.start(config, RunLinks(parent=run_id), name=name, tags=tags) as run:
        run.log_metrics(allowed)
        run.log_files(folder)
