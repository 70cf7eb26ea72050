"""The step `register` of the pipeline: the new model becomes the challenger.

It becomes the champion only where a gate is asked and approves without a person.
"""

from pathlib import Path
from typing import Any

from ..files import save_json
from ..hook_points import NotApprovedError, PipelineStep
from ..project import MODEL, REPORTS

RESULT = REPORTS / "registry.json"


def run(config: Any) -> None:
    """Registers the current model, asks the gate, and writes which version it is."""
    from ..hooks import HOOKS
    from . import promotion
    from .commands.promote import print_done
    from .version import CHALLENGER
    from .versions import find, register

    registration = register(config)
    print(registration.note)
    version = find(config, registration.version.number)
    if HOOKS.before_promotion and CHALLENGER in version.aliases:
        try:
            print_done(promotion.promote(config, approved_by=None))
        except NotApprovedError as reason:
            print(f"Not promoted: {reason}")
    facts = version.facts
    save_json(RESULT, {"version": version.number, "model_sha256": facts.model_sha256})


STEP = PipelineStep(
    name="register",
    order=60,
    run=run,
    inputs=[MODEL, REPORTS / "manifest.json", Path("decisions")],
    outputs=[RESULT],
    code="mlops.registry.pipeline_step",
    side_effects=True,
)
