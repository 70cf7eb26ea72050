"""Opens a saved model, ONNX or skops: what computes its outputs, and the content of model.json."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import UserError
from ..files import load_json
from ..onnx_model import open_model
from . import estimators, skops_file
from .onnx_inputs import make_feeds

if TYPE_CHECKING:
    import pandas as pd

    from ...predict import Model

# Features -> probabilities of the fitted classes, shape (n, fitted classes), or values, shape (n,).
Compute = Callable[["pd.DataFrame"], NDArray[Any]]


@dataclass(frozen=True)
class SavedModel:
    """Computes the outputs of a model of known size."""

    compute: Compute
    parameters: int | None  # coefficients, or nodes of trees

    def __call__(self, features: "pd.DataFrame") -> NDArray[Any]:
        """Returns probabilities or values, as `Compute`."""
        return self.compute(features)


def count_parameters(model: "Model") -> int | None:
    """Returns the coefficients or nodes of the model; None where the training did not tell."""
    saved = model.compute
    return saved.parameters if isinstance(saved, SavedModel) else None


def open_saved(directory: Path) -> tuple[Compute, dict[str, Any]]:
    """Returns what computes outputs, and the facts of model.json without the format."""
    path = directory / "model.json"
    facts: dict[str, Any] = load_json(path) if path.is_file() else {}
    parameters = facts.pop("parameters", None)
    if facts.pop("format", "onnx") == "skops":
        from_skops = open_skops(directory / skops_file.NAME, facts)
        return SavedModel(from_skops, parameters), facts
    session, _ = open_model(directory)
    inputs = [tensor.name for tensor in session.get_inputs()]

    def compute(features: "pd.DataFrame") -> NDArray[Any]:
        results = session.run(None, make_feeds(features, inputs))
        outputs = np.asarray(results[-1])
        return refuse_missing(outputs, features)

    return SavedModel(compute, parameters), facts


def open_skops(path: Path, facts: dict[str, Any]) -> Compute:
    """Returns what computes the outputs of a model that skops saved."""
    if not path.is_file():
        raise UserError(f'"{path.as_posix()}" is missing: run "uv run poe train" first')
    model = skops_file.load(path)
    if facts["classes"]:
        return lambda features: estimators.compute_probabilities(model, features)
    return lambda features: estimators.compute_values(model, features)


def refuse_missing(outputs: NDArray[Any], features: "pd.DataFrame") -> NDArray[Any]:
    """Returns the outputs; raises UserError when one is NaN, and names what its row lacks."""
    is_nan = np.isnan(outputs).reshape(len(features), -1).any(axis=1)
    if not is_nan.any():
        return outputs
    row = int(is_nan.argmax())
    empty = features.columns[features.iloc[row].isna().to_numpy()]
    names = ", ".join(f'"{name}"' for name in empty)
    raise UserError(
        f"the model returns NaN for row {row + 1}, which lacks {names or 'nothing'}: put "
        "SimpleImputer() in front of the model and train it again"
    )
