"""`poe predict INPUT...`: predicts with the saved model, one line of JSON for each input."""

import json
from collections.abc import Sequence
from typing import Any

from ...project import PROJECT
from .. import user_paths
from ..errors import UserError
from ..files import write_whole
from ..hook_points import Command
from ..project import MODEL
from . import with_hooks

DESCRIPTION = "Predict with the saved model: one line of JSON for each input."
ARGUMENTS: dict[str, dict[str, Any]] = {
    "inputs": {"nargs": "+", "metavar": "INPUT", "help": "files, or texts"},
    "--output": {"metavar": "FILE", "help": "write the lines to this file instead"},
}


def main(argv: Sequence[str] | None = None) -> int:
    """Prints one prediction per input; status 2 when an input cannot be read."""
    return with_hooks.run("predict", DESCRIPTION, predict, argv, ARGUMENTS)


def predict(command: Command) -> None:
    """Reads every input before the first prediction is printed."""
    names, output = command.arguments.inputs, command.arguments.output
    if output:
        refuse_input(output, names)
    model = PROJECT.load_model(MODEL)
    named_inputs = PROJECT.read_inputs(model, names)
    inputs = [value for _, value in named_inputs]
    predictions = PROJECT.predict(model, inputs)
    lines = []
    for (name, _), prediction in zip(named_inputs, predictions, strict=True):
        lines.append(json.dumps({"input": name, **prediction}, ensure_ascii=False))
    if output:
        write(lines, output)
        print(f'"{output}" has the predictions; inputs: {len(lines)}.')
        return
    for line in lines:
        print(line)


def refuse_input(output: str, inputs: Sequence[str]) -> None:
    """Raises UserError when the file to write is one of those to read."""
    path = user_paths.resolve(output).absolute()
    if path in [user_paths.find(name).absolute() for name in inputs]:
        raise UserError(f'"--output {output}" would replace an input: name another file')


def write(lines: Sequence[str], output: str) -> None:
    """Writes the whole file or, where that fails, leaves what was there."""
    path = user_paths.resolve(output)
    content = "".join(f"{line}\n" for line in lines)
    try:
        write_whole(path, content.encode())
    except OSError as error:
        raise UserError(f'"--output {output}" cannot be written: {error.strerror}') from None


if __name__ == "__main__":
    raise SystemExit(main())
