"""Writes the encoder and the model as one ONNX file, and refuses one that disagrees."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import UserError
from ..files import save_json
from ..onnx_model import open_session
from .onnx_inputs import input_name, make_feeds

if TYPE_CHECKING:
    import pandas as pd
    from sklearn.pipeline import Pipeline

    from ...data import Examples

OPSET = 18
MAX_DIFFERENCE = 1e-4  # between the two models, relative to the largest output


def save(model: "Pipeline", X: "pd.DataFrame", examples: "Examples", directory: Path) -> None:
    """Writes model.onnx and model.json, all that a prediction needs."""
    directory.mkdir(parents=True, exist_ok=True)
    export_onnx(model, X, directory / "model.onnx")
    fitted = getattr(model, "classes_", [])
    facts = {
        "target": examples.target,
        "kinds": examples.kinds,
        "classes": examples.classes,
        "fitted_classes": [int(number) for number in fitted],
        "categories": _categories(model, X),
    }
    save_json(directory / "model.json", facts)


def export_onnx(model: "Pipeline", X: "pd.DataFrame", path: Path) -> None:
    """Writes ONNX; raises UserError when it disagrees with the model on any row of `X`."""
    from skl2onnx import to_onnx

    options = {"zipmap": False} if hasattr(model, "classes_") else None
    converted = to_onnx(model, initial_types=_types(X), options=options, target_opset=OPSET)
    sort_operator_sets(converted)
    path.write_bytes(converted.SerializeToString())
    difference = measure_difference(model, X, path)
    if difference > MAX_DIFFERENCE:
        raise UserError(f'"{path}" differs by {difference:.1g} from the model it was made from')


def sort_operator_sets(converted: Any) -> None:
    """Sorts the operator sets of an ONNX model by name: skl2onnx leaves them in hash order."""
    by_name = sorted(converted.opset_import, key=lambda operator_set: operator_set.domain)
    del converted.opset_import[:]
    converted.opset_import.extend(by_name)


def measure_difference(model: "Pipeline", X: "pd.DataFrame", path: Path) -> float:
    """Returns the largest difference of an output, relative to the largest output."""
    expected = predict_numbers(model, X)
    found = run(path, X).reshape(expected.shape)
    scale = max(1.0, float(np.abs(expected).max()))
    return float(np.abs(found - expected).max()) / scale


def predict_numbers(model: Any, X: "pd.DataFrame") -> NDArray[Any]:
    """Returns the probabilities of the fitted classes, or values."""
    if hasattr(model, "predict_proba"):
        return np.asarray(model.predict_proba(X))
    return np.asarray(model.predict(X))


def run(path: Path, X: "pd.DataFrame") -> NDArray[Any]:
    """Returns the last output of an ONNX file."""
    session = open_session(path)
    return np.asarray(session.run(None, make_feeds(X))[-1])


def _types(X: "pd.DataFrame") -> list[tuple[str, Any]]:
    from skl2onnx.common.data_types import FloatTensorType, StringTensorType

    types = []
    for number, dtype in enumerate(X.dtypes):
        tensor = FloatTensorType if np.issubdtype(dtype, np.number) else StringTensorType
        types.append((input_name(number), tensor([None, 1])))
    return types


def _categories(model: "Pipeline", X: "pd.DataFrame") -> dict[str, list[str]]:
    """The values of each category that have a column of their own."""
    encoder = model[0]
    if "categories" not in encoder.named_transformers_:
        return {}
    names = [X.columns[index] for index in encoder.transformers_[1][2]]
    values = encoder.named_transformers_["categories"].categories_
    return {str(name): list(known) for name, known in zip(names, values, strict=True)}
