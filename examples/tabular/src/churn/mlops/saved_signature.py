"""What a saved model takes and returns, as its own code says it."""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .errors import UserError
from .files import sha256
from .project import Field
from .saved_code import find_package, start

# Runs with the code that was saved with the model, so it uses the contract of project.py only.
SCRIPT = """
import dataclasses, json, sys
from importlib import import_module
from pathlib import Path
package, directory, output = sys.argv[1:]
project = import_module(package + ".project").PROJECT
signature = project.signature(project.load_model(Path(directory)))
text = json.dumps(dataclasses.asdict(signature), sort_keys=True)
Path(output).write_text(text, encoding="utf-8")
"""


def read_signature(model_directory: Path) -> str:
    """Loads a model with its own code, in a process of its own, and returns its signature as JSON.

    Raises UserError when the model does not load.
    """
    with tempfile.TemporaryDirectory() as name:
        output = Path(name, "signature.json")
        package = find_package(model_directory)
        start(model_directory, ["-c", SCRIPT, package, str(model_directory), str(output)])
        return output.read_text(encoding="utf-8")


def hash_signature(signature: str) -> str:
    """Returns the SHA-256 of a signature."""
    return sha256(signature.encode())


def refuse_other_target(signature: str, expected: Field, what: str) -> None:
    """Raises UserError when a model does not predict what the examples have."""
    predicted = _make_field(json.loads(signature)["outputs"][0])
    if predicted != expected:
        raise UserError(
            f"{what} predicts {describe_target(predicted)}, the data has "
            f"{describe_target(expected)}: it cannot be evaluated on this data"
        )


def _make_field(values: Mapping[str, Any]) -> Field:
    shape = tuple(values["shape"])
    allowed = tuple(values["allowed"])
    return Field(values["name"], values["kind"], shape, allowed)


def describe_target(field: Field) -> str:
    """Returns the name of what is predicted, with the known values of a category."""
    if not field.allowed:
        return f'"{field.name}"'
    return f'"{field.name}" ({", ".join(field.allowed)})'
