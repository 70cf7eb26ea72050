"""Puts what a run of the pipeline did on the page of the run that trained its model."""

import logging

from .. import runs
from ..errors import UserError
from ..project import REPORTS
from .records import RunRecord

log = logging.getLogger(__name__)
MANIFEST, METRICS = REPORTS / "manifest.json", REPORTS / "metrics.json"


def tag_run(record: RunRecord) -> None:
    """Sets tags of the run in the tracker; a tracker that is away does not fail the pipeline."""
    if not record.model_run_id:
        return
    tags = {
        "pipeline.run": record.run_id,
        "pipeline.trigger": record.trigger,
        "pipeline.exit_reason": record.exit_reason,
    }
    for step in record.steps:
        tags[f"pipeline.{step.name}"] = step.exit_reason
        if step.ended and step.attempts:
            seconds = (step.ended - step.started).total_seconds()
            tags[f"pipeline.{step.name}.seconds"] = f"{seconds:.1f}"
            tags[f"pipeline.{step.name}.attempts"] = str(step.attempts)
        if step.cpu_seconds is not None:
            tags[f"pipeline.{step.name}.cpu_seconds"] = f"{step.cpu_seconds:.1f}"
        if step.peak_memory_bytes is not None:
            tags[f"pipeline.{step.name}.peak_memory_mb"] = f"{step.peak_memory_bytes / 1e6:.0f}"
        if step.waiting_seconds is not None:
            tags[f"pipeline.{step.name}.waiting_seconds"] = f"{step.waiting_seconds:.1f}"
    try:
        runs.tag(record.model_run_id, **tags)
    except UserError as error:
        log.warning("The tracker does not get the record of this run: %s", error)
