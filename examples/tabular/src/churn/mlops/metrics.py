"""Metrics of classes and values, and their spread over seeds or folds."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .decision import Decision
from .scorers import make_score, normalise

CALIBRATION_BINS = 10
RANKING = {"roc_auc": "roc_auc_ovr", "average_precision": "average_precision"}


def classification_metrics(
    y_true: NDArray[Any],
    y_prob: NDArray[Any],
    classes: Sequence[str],
    decision: Decision | None = None,
) -> dict[str, float]:
    """Returns metrics of the predicted classes, of the probabilities, and the F1 of each class.

    `y_true` has class numbers, shape (n,); `y_prob` has probabilities, shape (n, classes).
    ROC AUC and average precision (for more than two classes the mean of one class against the
    rest), and the F1 of a class, are left out where they are undefined because a class is missing.
    """
    from sklearn.metrics import accuracy_score, f1_score, log_loss

    decision = decision or Decision()
    labels = np.arange(len(classes))
    y_pred = decision.classify(y_prob)
    occurring = np.union1d(y_true, y_pred)
    metrics = {
        "accuracy": accuracy_score(y_true, y_pred),
        "f1_macro": f1_score(y_true, y_pred, labels=occurring, average="macro", zero_division=0),
    }
    if decision.positive is not None:
        metrics.update(_at_threshold(y_true, y_pred, decision))
    for name, scorer in RANKING.items():
        score = make_score(scorer, classes, decision)
        metrics[name] = score(y_true, y_prob)
    metrics["log_loss"] = log_loss(y_true, normalise(y_prob), labels=labels)
    metrics["calibration_error"] = calibration_error(y_true, y_prob)
    f1_of_each = f1_score(y_true, y_pred, labels=labels, average=None, zero_division=0)
    for number in np.unique(y_true):
        metrics[f"f1.{classes[number]}"] = f1_of_each[number]
    return {name: float(value) for name, value in metrics.items() if math.isfinite(value)}


def _at_threshold(
    y_true: NDArray[Any], y_pred: NDArray[Any], decision: Decision
) -> dict[str, float]:
    """Precision and recall of the positive class, and the threshold that gives them."""
    from sklearn.metrics import precision_score, recall_score

    positive = decision.positive
    return {
        "precision": precision_score(y_true, y_pred, pos_label=positive, zero_division=0),
        "recall": recall_score(y_true, y_pred, pos_label=positive, zero_division=0),
        "threshold": decision.threshold,
    }


def regression_metrics(y_true: NDArray[Any], y_pred: NDArray[Any]) -> dict[str, float]:
    """Returns R², the root mean squared and the mean absolute error of values, shape (n,)."""
    from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

    return {
        "r2": float(r2_score(y_true, y_pred)),
        "rmse": float(root_mean_squared_error(y_true, y_pred)),
        "mae": float(mean_absolute_error(y_true, y_pred)),
    }


def calibration_error(y_true: NDArray[Any], y_prob: NDArray[Any]) -> float:
    """Returns the expected calibration error of the most probable class, in ten equal bins.

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
    """Returns `<name>.<metric>` and `<name>.<metric>_std` over several seeds or folds.

    A metric that is undefined in some of them is summarised over the others; those of single
    classes, such as `f1.cat`, are left out: `poe evaluate` has them. One value has no spread.
    """
    values: dict[str, list[float]] = {}
    for run in runs:
        for metric, value in run.items():
            if "." not in metric:
                values.setdefault(metric, []).append(value)
    summary = {}
    for metric, found in values.items():
        summary[f"{name}.{metric}"] = float(np.mean(found))
    for metric, found in values.items():
        if len(found) > 1:
            summary[f"{name}.{metric}_std"] = float(np.std(found))
    return summary
