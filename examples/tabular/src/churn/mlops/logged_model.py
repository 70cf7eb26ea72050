"""Logs the saved model to MLflow, so that it predicts for a table wherever it is loaded."""

import dataclasses
import json
import logging
import shutil
import tempfile
import tomllib
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from re import match
from typing import TYPE_CHECKING, Any

from .project import RunDetails
from .tables import Example, SavedModel

if TYPE_CHECKING:
    import pandas as pd

log = logging.getLogger(__name__)
SCRIPT = Path(__file__).with_name("pyfunc_model.py")  # MLflow copies it
ALWAYS_NEEDED = ("numpy", "pandas", "pydantic", "pyyaml")  # where pyproject.toml is missing


def log_model(directory: Path, saved: SavedModel, details: RunDetails, prompts: list[str]) -> None:
    """Logs the files of the model with its code, column signature and an input example."""
    pyfunc = import_module("mlflow.pyfunc")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "settings")
        folder.mkdir()
        example = _make_example(saved, folder)
        settings = dataclasses.asdict(saved.config)
        text = json.dumps(settings, indent=2, default=str)  # JSON is YAML too
        (folder / "config.yaml").write_text(text + "\n", encoding="utf-8")
        for path in details.settings:
            shutil.copy(path, folder)
        pyfunc.log_model(
            name="model",
            python_model=str(SCRIPT),
            artifacts={"model": str(directory), "settings": str(folder)},
            signature=make_signature(example) if example else None,
            input_example=example.inputs if example else None,
            metadata={"columns": example.required} if example else None,
            pip_requirements=list_requirements(),
            prompts=prompts or None,
        )


def _make_example(saved: SavedModel, folder: Path) -> Example | None:
    try:
        return saved.make_example(folder)
    except Exception as error:  # whatever the team's code raises: the model itself is fine
        reason = f"{type(error).__name__}: {error}"
        log.warning("The tracker gets the model without a signature and an example (%s).", reason)
        return None


def make_signature(example: Example) -> Any:
    """Returns the columns of inputs and outputs."""
    from mlflow.models import ModelSignature
    from mlflow.types.schema import ColSpec, Schema

    inputs: list[Any] = []
    for name, column in example.inputs.items():
        kind = _find_input_type(column)
        inputs.append(ColSpec(kind, str(name), required=name in example.required))
    outputs: list[Any] = []
    for name, column in example.outputs.items():
        outputs.append(ColSpec(_find_output_type(column), str(name)))
    return ModelSignature(Schema(inputs), Schema(outputs))


def _find_input_type(column: "pd.Series[Any]") -> Any:
    """Text, or any type.

    MLflow refuses whole numbers where a signature says "double", and gaps where it says "long":
    the same column of two files would need two signatures.
    """
    from mlflow.types import DataType

    return DataType.string if _is_text(column) else _any_type()


def _find_output_type(column: "pd.Series[Any]") -> Any:
    import pandas as pd
    from mlflow.types import DataType

    if pd.api.types.is_float_dtype(column):
        return DataType.double
    return DataType.string if _is_text(column) else _any_type()


def _any_type() -> Any:
    from mlflow.types import schema

    make: Any = schema.AnyType  # MLflow gives it no types
    return make()


def _is_text(column: "pd.Series[Any]") -> bool:
    import pandas as pd

    if isinstance(column.dtype, pd.CategoricalDtype):
        return False
    return all(isinstance(value, str) for value in column.dropna())


def list_requirements() -> list[str]:
    """Returns what a prediction needs, with the versions that are installed here."""
    requirements = []
    for name in _read_dependencies():
        try:
            requirements.append(f"{name}=={version(name)}")
        except PackageNotFoundError:  # of another platform, or of an extra that is not installed
            continue
    return requirements


def _read_dependencies() -> list[str]:
    path = Path("pyproject.toml")
    if not path.is_file():
        return list(ALWAYS_NEEDED)
    project = tomllib.loads(path.read_text(encoding="utf-8")).get("project", {})
    found = [match(r"[\w.-]+", line) for line in project.get("dependencies", [])]
    return [name.group() for name in found if name]
