"""Metrics of a table's model: of probabilities for classes, of values for a regression."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..metrics import classification_metrics

PRIMARY_METRIC = {"classification": "accuracy", "regression": "r2"}


def compute_metrics(
    y_true: NDArray[Any], outputs: NDArray[Any], classes: Sequence[str]
) -> dict[str, float]:
    """Returns metrics; `outputs` are probabilities (n, classes), or values (n,)."""
    if classes:
        return classification_metrics(y_true, outputs, classes)
    from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

    return {
        "r2": float(r2_score(y_true, outputs)),
        "rmse": float(root_mean_squared_error(y_true, outputs)),
        "mae": float(mean_absolute_error(y_true, outputs)),
    }


def score_examples(
    y_true: NDArray[Any], outputs: NDArray[Any], classes: Sequence[str]
) -> NDArray[np.float64]:
    """Returns one score for each row; their mean is the accuracy or R²."""
    if classes:
        correct = outputs.argmax(axis=1) == y_true
        return np.asarray(correct, dtype=np.float64)
    variance = max(float(np.var(y_true)), 1e-12)
    squared_error = (outputs - y_true) ** 2
    return np.asarray(1 - squared_error / variance, dtype=np.float64)
