"""Saves encoder and model: as one ONNX file that agrees with them, or with skops."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import UserError
from ..files import save_json
from ..onnx_model import open_session
from . import encoders, parameters, skops_file
from .estimators import PAGE, list_steps, name_of
from .onnx_inputs import find_starts, input_name, make_feeds
from .onnx_trees import add_missing_values
from .thresholds import round_thresholds

if TYPE_CHECKING:
    import pandas as pd
    from sklearn.pipeline import Pipeline

    from ...config import Train
    from ...data import Examples

OPSET = 18
ONNX = "model.onnx"


def save(
    model: "Pipeline", X: "pd.DataFrame", examples: "Examples", directory: Path, train: "Train"
) -> None:
    """Writes the model in its format, and model.json: all that a prediction needs."""
    directory.mkdir(parents=True, exist_ok=True)
    for name in (ONNX, skops_file.NAME):
        (directory / name).unlink(missing_ok=True)  # an earlier model in the other format
    if train.model_format == "skops":
        skops_file.save(model, directory / skops_file.NAME)
    else:
        export_onnx(model, X, directory / ONNX, train.onnx_tolerance)
    fitted = getattr(model, "classes_", [])
    facts = {
        "format": train.model_format,
        "target": examples.target,
        "kinds": examples.kinds,
        "types": examples.types,
        "classes": examples.classes,
        "fitted_classes": [int(number) for number in fitted],
        "categories": encoders.find_categories(model, X),
        "parameters": parameters.count(model),
    }
    save_json(directory / "model.json", facts)


def export_onnx(model: "Pipeline", X: "pd.DataFrame", path: Path, tolerance: float) -> None:
    """Writes ONNX; raises UserError when it disagrees with the model on any row of `X`."""
    path.write_bytes(convert(model, X))
    differences = measure_differences(model, X, path)
    if differences.max() > tolerance:
        raise UserError(explain(model, X, differences, tolerance))


def convert(model: "Pipeline", X: "pd.DataFrame") -> bytes:
    """Returns a model as ONNX; raises UserError when skl2onnx has no converter for a part of it."""
    from skl2onnx import to_onnx

    round_thresholds(model)
    numbered = encoders.with_positions(model, X)
    options = {"zipmap": False} if hasattr(model, "classes_") else None
    try:
        converted = to_onnx(numbered, initial_types=_types(X), options=options, target_opset=OPSET)
    except Exception as error:  # each converter of skl2onnx has exceptions of its own
        reason = " ".join(str(error).split()).partition(". ")[0][:120]
        has_encoder = "input(s)" not in reason
        advice = "" if has_encoder else "put make_encoder(X, ...) in front of it, or "
        raise UserError(
            f'"{name_of(model)}" cannot be saved as ONNX ({type(error).__name__}: {reason}): '
            f"{advice}set train.model_format to skops, which saves it without ONNX. See {PAGE}"
        ) from error
    sort_operator_sets(converted)
    add_missing_values(converted, model)
    content: bytes = converted.SerializeToString()
    return content


def sort_operator_sets(converted: Any) -> None:
    """Sorts the operator sets of an ONNX model by name: skl2onnx leaves them in hash order."""
    by_name = sorted(converted.opset_import, key=lambda operator_set: operator_set.domain)
    del converted.opset_import[:]
    converted.opset_import.extend(by_name)


def measure_differences(model: "Pipeline", X: "pd.DataFrame", path: Path) -> NDArray[Any]:
    """Returns the largest difference in each row, relative to the largest output, shape (n,)."""
    expected = predict_numbers(model, X)
    found = run(path, X).reshape(expected.shape)
    scale = max(1.0, float(np.abs(expected).max()))
    absolute = np.abs(found - expected).reshape(len(X), -1).max(axis=1)
    relative = np.nan_to_num(absolute / scale, nan=np.inf)
    return np.asarray(relative)


def explain(
    model: "Pipeline", X: "pd.DataFrame", differences: NDArray[Any], tolerance: float
) -> str:
    """Returns why ONNX is refused: how much it differs, the likely cause, what to do."""
    differs = differences > tolerance
    lacks_value = X.isna().any(axis=1).to_numpy()
    if np.any(getattr(list_steps(model)[-1], "is_categorical_", None)):
        cause = (
            "The converter leaves out splits by category: use make_encoder of model.py in place of "
            "categorical_features"
        )
    elif lacks_value[differs].all():
        cause = (
            "Each of these rows lacks a value, which ONNX treats otherwise: put "
            "SimpleImputer() in front of the model"
        )
    else:
        cause = (
            "ONNX computes with 32-bit numbers, so that a number close to a threshold can end on "
            "its other side: scale large numbers (StandardScaler), or round them in features.py"
        )
    return (
        f'The ONNX file differs by {differences.max():.1g} from "{name_of(model)}" on '
        f"{differs.sum()} of {len(X)} rows; train.onnx_tolerance allows {tolerance:.1g}. {cause}; "
        "or set train.model_format to skops, which saves the model itself, without ONNX; or raise "
        "train.onnx_tolerance when predictions may differ that much from the evaluated ones. "
        f"See {PAGE}"
    )


def predict_numbers(model: Any, X: "pd.DataFrame") -> NDArray[Any]:
    """Returns the probabilities of the fitted classes, or values."""
    if hasattr(model, "predict_proba"):
        return np.asarray(model.predict_proba(X))
    return np.asarray(model.predict(X))


def run(path: Path, X: "pd.DataFrame") -> NDArray[Any]:
    """Returns the last output of an ONNX file."""
    session = open_session(path)
    inputs = [tensor.name for tensor in session.get_inputs()]
    return np.asarray(session.run(None, make_feeds(X, inputs))[-1])


def _types(X: "pd.DataFrame") -> list[tuple[str, Any]]:
    import pandas as pd
    from skl2onnx.common.data_types import FloatTensorType, StringTensorType

    is_number = [pd.api.types.is_numeric_dtype(dtype) for dtype in X.dtypes]
    starts = find_starts(is_number)
    ends = [*starts[1:], X.shape[1]]
    types = []
    for start, end in zip(starts, ends, strict=True):
        tensor = FloatTensorType if is_number[start] else StringTensorType
        types.append((input_name(start), tensor([None, end - start])))
    return types
