"""Metrics of predicted class probabilities, and their spread over seeds or folds."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

CALIBRATION_BINS = 10


def classification_metrics(
    y_true: NDArray[Any], y_prob: NDArray[Any], classes: Sequence[str]
) -> dict[str, float]:
    """Returns accuracy, macro F1, log loss, calibration error and the F1 of each class.

    `y_true` has class numbers, shape (n,); `y_prob` has probabilities, shape (n, classes).
    """
    from sklearn.metrics import accuracy_score, f1_score, log_loss

    labels = np.arange(len(classes))
    y_pred = y_prob.argmax(axis=1)
    occurring = np.union1d(y_true, y_pred)
    metrics = {
        "accuracy": accuracy_score(y_true, y_pred),
        "macro_f1": f1_score(y_true, y_pred, labels=occurring, average="macro", zero_division=0),
        "log_loss": log_loss(y_true, _normalise(y_prob), labels=labels),
        "calibration_error": calibration_error(y_true, y_prob),
    }
    f1_of_each = f1_score(y_true, y_pred, labels=labels, average=None, zero_division=0)
    for name, value in zip(classes, f1_of_each, strict=True):
        metrics[f"f1.{name}"] = value
    return {name: float(value) for name, value in metrics.items()}


def overall_metrics(
    y_true: NDArray[Any], y_prob: NDArray[Any], classes: Sequence[str]
) -> dict[str, float]:
    """Returns `classification_metrics` without those of single classes."""
    metrics = classification_metrics(y_true, y_prob, classes)
    return {name: value for name, value in metrics.items() if not name.startswith("f1.")}


def calibration_error(y_true: NDArray[Any], y_prob: NDArray[Any]) -> float:
    """Returns the expected calibration error of the predicted class, in ten equal bins.

    scikit-learn has no function for it. Source: Naeini, Cooper, Hauskrecht, AAAI 2015.
    """
    confidence = y_prob.max(axis=1)
    correct = y_prob.argmax(axis=1) == y_true
    bins = np.minimum((confidence * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    error = 0.0
    for index in range(CALIBRATION_BINS):
        inside = bins == index
        if inside.any():
            gap = abs(confidence[inside].mean() - correct[inside].mean())
            error += gap * inside.mean()
    return float(error)


def summarise(name: str, runs: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Returns `<name>.<metric>` and `<name>.<metric>_std` over several seeds or folds."""
    summary = {}
    for metric in runs[0]:
        values = [run[metric] for run in runs]
        summary[f"{name}.{metric}"] = float(np.mean(values))
    for metric in runs[0]:
        values = [run[metric] for run in runs]
        summary[f"{name}.{metric}_std"] = float(np.std(values))
    return summary


def _normalise(y_prob: NDArray[Any]) -> NDArray[np.float64]:
    """Rows that add up to 1 also in double precision."""
    probabilities = np.asarray(y_prob, dtype=np.float64)
    normalised: NDArray[np.float64] = probabilities / probabilities.sum(axis=1, keepdims=True)
    return normalised
