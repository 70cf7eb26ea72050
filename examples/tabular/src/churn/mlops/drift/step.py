"""The step `drift` of `poe pipeline`: the new training data next to that of the model before.

Its verdict stops nothing: data that has changed for good is a reason to train. It is in
reports/training-drift.json, where a reader sees whether the data explains another model.
"""

from pathlib import Path
from typing import Any

from ...project import PROJECT
from ..errors import UserError
from ..files import save_json
from ..hook_points import PipelineStep
from ..project import MODEL, PREPARED, REPORTS

REPORT = REPORTS / "training-drift.json"


def run(config: Any) -> None:
    """Compares, prints the verdict in one line, and writes the report."""
    report = compare_with_last_model(config)
    save_json(REPORT, report)
    print(report["message"])


def compare_with_last_model(config: Any) -> dict[str, Any]:
    """Returns the report; without a model that fits, it says why nothing was compared."""
    from . import profile, settings  # imports pandas, and hooks.py imports this module
    from .compare import compare
    from .drift import to_json

    wanted = settings.read()
    data = PROJECT.prepare(config, PREPARED)["hash"]
    if not MODEL.is_dir():
        return _explain(data, "there is no model yet")
    try:
        model = PROJECT.load_model(MODEL)
        known = profile.find(config, model)
        if known.data == data:
            return _explain(data, "the model before was trained on the same data")
        _, inputs = profile.draw_inputs(config)
        if len(inputs) < wanted.min_rows:
            return _explain(data, f"{len(inputs)} rows are fewer than {wanted.min_rows}")
        current = profile.describe_prepared(config, model, inputs, known.facts)
        found = compare(known.sample, current, wanted)
    except UserError as error:
        return _explain(data, str(error))
    except Exception as error:  # a model of other features, which today's code cannot use
        reason = f"the model before does not fit ({type(error).__name__}: {error})"
        return _explain(data, " ".join(reason.split()))
    names = ", ".join(finding.name for finding in found.drifted)
    drifted = f"Since the model before, the training data has drifted: {names}."
    message = drifted if names else "The training data has not drifted since the model before."
    return {**to_json(found, known.sha256), "data": data, "message": message}


def _explain(data: str, reason: str) -> dict[str, Any]:
    message = f"The training data was not compared: {reason}"
    return {"version": 1, "drifted": None, "data": data, "message": message}


STEP: PipelineStep = PipelineStep(  # its type is written: project.py imports the hooks
    name="drift",
    order=25,
    run=run,
    # Not the model, which the next step replaces: the data before and after is what is compared.
    inputs=[PREPARED, Path("drift.yaml")],
    outputs=[REPORT],
    code="mlops.drift.step",
)
