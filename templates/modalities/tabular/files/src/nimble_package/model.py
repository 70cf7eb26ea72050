"""The model, its baseline, and the way to ONNX."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .config import Config
from .mlops.onnx_model import open_session
from .mlops.settings import UserError

Array = NDArray[Any]


def boosting(config: Config) -> Any:
    """Gradient boosting on histograms: missing values need no filling in."""
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    number = config.task == "regression"
    kind = HistGradientBoostingRegressor if number else HistGradientBoostingClassifier
    return kind(
        max_iter=config.model.rounds,
        learning_rate=config.model.learning_rate,
        max_leaf_nodes=config.model.leaves,
        l2_regularization=config.model.l2,
        min_samples_leaf=config.model.least_rows,
        early_stopping=False,
        random_state=config.runtime.seed,
    )


def linear(config: Config) -> Any:
    """The baseline: what a straight line, or a plane, can say."""
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    last = Ridge() if config.task == "regression" else LogisticRegression(max_iter=5000)
    filled = SimpleImputer(add_indicator=True, keep_empty_features=True)
    return make_pipeline(filled, StandardScaler(), last)


def answers(model: Any, matrix: Array) -> Array:
    """Chances, rows by classes, or values, one for each row."""
    if hasattr(model, "predict_proba"):
        return np.asarray(model.predict_proba(matrix))
    return np.asarray(model.predict(matrix))


def export(model: Any, matrix: Array, path: Path) -> None:
    """Writes ONNX from the matrix onwards, and refuses one that does not agree on every row."""
    from skl2onnx import to_onnx
    from skl2onnx.common.data_types import FloatTensorType

    plain = {"zipmap": False} if hasattr(model, "classes_") else None
    shape = [("features", FloatTensorType([None, matrix.shape[1]]))]
    converted = to_onnx(model, initial_types=shape, options=plain, target_opset=18)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(converted.SerializeToString())
    expected, found = answers(model, matrix), run(open_session(path), matrix)
    worst = np.abs(found - expected).max() / max(1.0, float(np.abs(expected).max()))
    if worst > 1e-4:
        raise UserError(f'"{path}" is {worst:.1g} away from the model it was made from')


def run(opened: Any, matrix: Array) -> Array:
    """What `answers` gives, from ONNX."""
    found = np.asarray(opened.run(None, {"features": matrix.astype(np.float32)})[-1])
    return found if len(opened.get_outputs()) > 1 else found.reshape(len(matrix))
