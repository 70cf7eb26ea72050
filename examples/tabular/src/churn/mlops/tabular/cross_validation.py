"""Folds that do not leak, and what model and baseline are worth on each of them."""

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...config import Config
from .. import comparison
from ..comparison import Comparison, Run
from ..errors import UserError
from . import estimators
from .dates import parse_dates

if TYPE_CHECKING:
    import pandas as pd
    from sklearn.pipeline import Pipeline

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Fold:
    """Row numbers to fit on and to validate on."""

    train: NDArray[np.intp]
    valid: NDArray[np.intp]


@dataclass(frozen=True)
class FoldResult:
    """A model and its baseline, and their outputs for rows that they never saw."""

    model: Any
    X: "pd.DataFrame"  # features of those rows
    y_train: NDArray[Any]
    y_true: NDArray[Any]
    outputs: NDArray[Any]  # probabilities (n, classes), or values (n,)
    baseline_outputs: NDArray[Any]
    curve: list[dict[str, float]]  # loss after each iteration


def compare(config: Config, results: Sequence[FoldResult], classes: Sequence[str]) -> Comparison:
    """Returns mean and spread of the metrics over the folds; the threshold is that of all folds."""
    runs = []
    for result in results:
        run = Run(result.y_train, result.y_true, result.outputs, result.baseline_outputs)
        runs.append(run)
    return comparison.compare(config.evaluate, classes, runs, decide_on=runs)


def make_folds(
    rows: "pd.DataFrame", y: NDArray[Any], groups: Sequence[str], config: Config
) -> list[Fold]:
    """Returns folds: forward in time, else whole groups, with similar shares of the classes.

    There are fewer than asked where groups or dates are few, or where training rows of a fold
    would have a single class. Raises UserError when none is left.
    """
    if config.data.time:
        folds = _forward_folds(rows[config.data.time], config.evaluate.folds)
    else:
        folds = _grouped_folds(rows, y, groups, config)
    if config.task == "classification":
        folds = [fold for fold in folds if len(np.unique(y[fold.train])) > 1]
    asked = config.evaluate.folds
    if not folds:
        raise UserError(_explain_no_fold(y, config))
    if len(folds) < asked:
        reason = "training rows have too few groups, dates or classes for more"
        log.warning("%d folds instead of %d: %s", len(folds), asked, reason)
    return folds


def _forward_folds(column: "pd.Series[Any]", n_splits: int) -> list[Fold]:
    """Rows of one date are never on both sides of a fold."""
    from sklearn.model_selection import TimeSeriesSplit

    times = parse_dates(column).to_numpy()
    order = np.argsort(times, kind="stable")
    in_order = times[order]
    n_splits = min(n_splits, len(order) - 1)
    folds = []
    for train, valid in TimeSeriesSplit(n_splits).split(order):
        start = np.searchsorted(in_order, in_order[train[-1]], side="right")
        end = np.searchsorted(in_order, in_order[valid[-1]], side="right")
        if start < end:
            folds.append(Fold(order[:start], order[start:end]))
    return folds


def _grouped_folds(
    rows: "pd.DataFrame", y: NDArray[Any], groups: Sequence[str], config: Config
) -> list[Fold]:
    from sklearn.model_selection import GroupKFold, StratifiedGroupKFold

    n_splits = min(config.evaluate.folds, len(set(groups)))
    if config.task == "regression":
        kind = GroupKFold
    else:
        kind = StratifiedGroupKFold
        n_splits = min(n_splits, int(np.bincount(y).max()))
    if n_splits < 2:
        return []
    splitter = kind(n_splits, shuffle=True, random_state=config.runtime.seed)
    with warnings.catch_warnings():
        # A class with fewer rows than folds is missing in some of them.
        warnings.filterwarnings("ignore", "The least populated class")
        parts = list(splitter.split(rows, y, groups))
    return [Fold(train, valid) for train, valid in parts if len(valid)]


def _explain_no_fold(y: NDArray[Any], config: Config) -> str:
    is_one_class = config.task == "classification" and len(np.unique(y)) < 2
    if is_one_class:
        return f'"{config.data.target}": all training rows have one class: at least 2 are required'
    if config.data.time:
        return (
            f'"{config.data.time}": in no fold do the older rows have two dates and two classes: '
            "drop the oldest rows in data.read, or raise evaluate.folds, so that one begins later"
        )
    return "the training rows have too few groups for two folds: add rows of other groups"


def fit_fold(
    model: "Pipeline",
    baseline: "Pipeline",
    X: "pd.DataFrame",
    y: NDArray[Any],
    fold: Fold,
    classes: Sequence[str],
) -> FoldResult:
    """Fits both on the training rows of a fold; returns their outputs for the others."""
    X_train, X_valid = X.iloc[fold.train], X.iloc[fold.valid]
    y_train, y_valid = y[fold.train], y[fold.valid]
    estimators.fit(model, X_train, y_train, classes)
    baseline.fit(X_train, y_train)
    return FoldResult(
        model=model,
        X=X_valid,
        y_train=y_train,
        y_true=y_valid,
        outputs=compute_outputs(model, X_valid, classes),
        baseline_outputs=compute_outputs(baseline, X_valid, classes),
        curve=_learning_curve(model, (X_train, y_train), (X_valid, y_valid), classes),
    )


def compute_outputs(model: Any, X: "pd.DataFrame", classes: Sequence[str]) -> NDArray[Any]:
    """Returns probabilities of all classes, (n, classes), or values, (n,)."""
    if not classes:
        return estimators.compute_values(model, X)
    y_prob = estimators.compute_probabilities(model, X)
    return expand(y_prob, model.classes_, len(classes))


def expand(y_prob: NDArray[Any], known: NDArray[Any], n_classes: int) -> NDArray[Any]:
    """Returns a column for every class, also for one that the training rows lacked."""
    wide = np.zeros((len(y_prob), n_classes))
    wide[:, known] = y_prob
    return wide


Side = tuple["pd.DataFrame", NDArray[Any]]  # features and targets


def _learning_curve(
    model: "Pipeline", train: Side, valid: Side, classes: Sequence[str]
) -> list[dict[str, float]]:
    """Training and validation loss after each iteration; none for a model without iterations."""
    if not has_stages(model, classes):
        return []
    train_losses = _staged_losses(model, *train, classes)
    valid_losses = _staged_losses(model, *valid, classes)
    rows = []
    for number, (train_loss, valid_loss) in enumerate(zip(train_losses, valid_losses, strict=True)):
        rows.append({"iteration": number + 1, "train_loss": train_loss, "valid_loss": valid_loss})
    return rows


def has_stages(model: Any, classes: Sequence[str]) -> bool:
    """Whether a model can predict as it would have after each of its iterations."""
    steps = getattr(model, "steps", None)
    method = "staged_predict_proba" if classes else "staged_predict"
    return steps is not None and hasattr(steps[-1][1], method)


def _staged_losses(
    model: "Pipeline", X: "pd.DataFrame", y: NDArray[Any], classes: Sequence[str]
) -> list[float]:
    """Log loss of probabilities, mean squared error of values."""
    from sklearn.metrics import log_loss, mean_squared_error

    matrix = model[:-1].transform(X)
    boosting = model[-1]
    if not classes:
        return [float(mean_squared_error(y, y_pred)) for y_pred in boosting.staged_predict(matrix)]
    labels = np.arange(len(classes))
    losses = []
    for y_prob in boosting.staged_predict_proba(matrix):
        wide = expand(y_prob, boosting.classes_, len(classes))
        losses.append(float(log_loss(y, wide, labels=labels)))
    return losses


@contextmanager
def limit_threads(threads: int) -> Iterator[None]:
    """Limits the threads of scikit-learn's native code inside the `with` block."""
    # threadpoolctl limits only the libraries that are loaded by then
    import sklearn.ensemble  # noqa: F401 - imported for its native library
    from threadpoolctl import threadpool_limits

    with threadpool_limits(threads):
        yield
