"""What was found out about a model goes beside the run that made it."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from ... import config
from .. import manifest, tracking

MANIFEST = Path("reports/manifest.json")


def record(config_: config.Config, figures: Mapping[str, float], folder: Path) -> None:
    """A child of the run in reports/manifest.json with these figures and files, if tracked."""
    run_id = manifest.load_json(MANIFEST)["run_id"] if MANIFEST.is_file() else None
    if not config_.runtime.track or not run_id:
        return
    before = os.environ.get("RUN_PARENT")
    os.environ["RUN_PARENT"] = run_id
    try:
        with tracking.start(config_) as run:
            run.metrics({re.sub(r"[^\w.\- :/]", "_", key): one for key, one in figures.items()})
            run.files(folder)
    finally:
        os.environ.pop("RUN_PARENT")
        os.environ |= {"RUN_PARENT": before} if before else {}
