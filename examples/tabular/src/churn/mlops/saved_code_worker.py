"""Computes outputs with the code that was saved with a model; saved_code.py starts it."""

import sys
from pathlib import Path

from ..project import PROJECT
from .command_line import catch_errors
from .errors import UserError
from .saved_code import CODE, read_values, write_values


def main() -> int:
    """Reads `inputs` in a folder and writes `outputs` next to it."""
    model_directory, folder = (Path(argument) for argument in sys.argv[1:])
    return catch_errors(lambda: compute(model_directory, folder))


def compute(model_directory: Path, folder: Path) -> None:
    """Refuses to run with other code than that of the model."""
    if CODE not in Path(__file__).parts:
        raise UserError(f'"{__file__}" is not the code saved in "{model_directory}"')
    model = PROJECT.load_model(model_directory)
    outputs = PROJECT.outputs(model, read_values(folder / "inputs"))
    write_values(folder / "outputs", outputs)


if __name__ == "__main__":
    raise SystemExit(main())
