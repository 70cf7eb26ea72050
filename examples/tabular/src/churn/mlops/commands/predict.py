"""`poe predict INPUT...`: predicts with the saved model, one line of JSON for each input."""

import json
from collections.abc import Sequence

from ...project import PROJECT
from ..hook_points import Command
from ..project import MODEL
from . import with_hooks

DESCRIPTION = "Predict with the saved model: one line of JSON for each input."
ARGUMENTS = {"inputs": {"nargs": "+", "metavar": "INPUT", "help": "files, or texts"}}


def main(argv: Sequence[str] | None = None) -> int:
    """Prints one prediction per input; status 2 when an input cannot be read."""
    return with_hooks.run("predict", DESCRIPTION, predict, argv, ARGUMENTS)


def predict(command: Command) -> None:
    """Reads every input before the first prediction is printed."""
    model = PROJECT.load_model(MODEL)
    named_inputs = PROJECT.read_inputs(model, command.arguments.inputs)
    inputs = [value for _, value in named_inputs]
    predictions = PROJECT.predict(model, inputs)
    for (name, _), prediction in zip(named_inputs, predictions, strict=True):
        print(json.dumps({"input": name, **prediction}, ensure_ascii=False))


if __name__ == "__main__":
    raise SystemExit(main())
