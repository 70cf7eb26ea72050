"""The step `gate` of `poe pipeline`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..hook_points import PipelineStep
from ..project import MODEL, PREPARED
from . import holdout, settings
from .report import FOLDER


def run(config: Any) -> None:
    """Decides on the model of the last training; a verdict is never a failure."""
    from .command import decide_and_report  # here, because hooks.py imports this module
    from .run import Request

    decide_and_report(config, settings.read(), Request())


def find_facts(config: Any) -> Mapping[str, str]:
    """Returns which model is the champion: another one has to be compared again."""
    from . import models

    champion = models.find_champion(config, settings.read(), None)
    if champion is None:
        return {"champion": "none yet"}
    return {"champion": models.describe(champion).sha256 or "unreadable"}


STEP = PipelineStep(
    name="gate",
    order=50,
    run=run,
    inputs=[MODEL, PREPARED, holdout.LIST, Path(settings.SETTINGS)],
    # The first decision freezes the holdout, which writes the last two.
    outputs=[FOLDER / "decision.json", holdout.LIST, Path(settings.SETTINGS)],
    code="mlops.gate.step",
    facts=find_facts,
    side_effects=True,
)
