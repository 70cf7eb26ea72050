"""Permutation importance: what the primary metric loses when a feature is shuffled.

scikit-learn's permutation_importance encodes the whole table again for every feature, which takes
minutes for hundreds of columns. Here the table is encoded once, and columns of the encoded matrix
are shuffled; a feature that no tree has used is not measured, its importance is 0.
"""

import logging
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import OneToOneFeatureMixin
from sklearn.compose import ColumnTransformer
from sklearn.preprocessing import FunctionTransformer

from ..scoring import Scoring
from .cross_validation import FoldResult, compute_outputs
from .encoders import find_positions
from .estimators import list_steps

if TYPE_CHECKING:
    import pandas as pd

SECONDS = 5.0  # between two lines of progress

log = logging.getLogger(__name__)


def measure_importance(results: Sequence[FoldResult], scoring: Scoring) -> NDArray[np.float64]:
    """Returns the importance of each feature in each fold, shape (folds, features)."""
    progress = _Progress(len(results) * results[0].X.shape[1])
    return np.array([_measure_fold(result, scoring, progress) for result in results])


class _Progress:
    """Counts features, and says now and then how many are done."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.done = 0
        self.reported = time.monotonic()

    def advance(self) -> None:
        self.done += 1
        if time.monotonic() - self.reported > SECONDS:
            self.reported = time.monotonic()
            log.info("permutation importance: %.0f %%", 100 * self.done / self.total)


def _measure_fold(result: FoldResult, scoring: Scoring, progress: _Progress) -> NDArray[np.float64]:
    X, y_true = result.X, result.y_true
    blocks = find_blocks(result.model, X.shape[1])
    score = scoring.compute(y_true, result.outputs)
    order = np.random.default_rng(0).permutation(len(X))
    losses = np.zeros(X.shape[1])
    if blocks:
        rest = result.model[1:]
        matrix = result.model[:1].transform(X)
        is_used = find_used(rest, blocks, matrix.shape[1])
    for feature in range(X.shape[1]):
        progress.advance()
        if not blocks:
            shuffled = _shuffle_column(X, feature, order)
            outputs = compute_outputs(result.model, shuffled, scoring.classes)
        elif is_used[feature]:
            shuffled_matrix = _shuffle_block(matrix, blocks[feature], order)
            outputs = compute_outputs(rest, shuffled_matrix, scoring.classes)
        else:
            continue
        losses[feature] = score - scoring.compute(y_true, outputs)
    return losses


def _shuffle_column(X: "pd.DataFrame", feature: int, order: NDArray[np.intp]) -> "pd.DataFrame":
    shuffled = X.copy(deep=False)
    name = X.columns[feature]
    shuffled[name] = X[name].to_numpy()[order]
    return shuffled


def _shuffle_block(
    matrix: NDArray[Any], block: NDArray[np.intp], order: NDArray[np.intp]
) -> NDArray[Any]:
    shuffled = matrix.copy()
    shuffled[:, block] = matrix[np.ix_(order, block)]
    return shuffled


def find_blocks(model: Any, count: int) -> list[NDArray[np.intp]] | None:
    """Returns the columns of the encoded matrix of each of `count` features.

    None for a model that does not begin with an encoder as in model.py.
    """
    steps = list_steps(model)
    if len(steps) < 2 or not isinstance(steps[0], ColumnTransformer):
        return None
    blocks: list[NDArray[np.intp]] = [np.array([], dtype=np.intp)] * count
    names = getattr(steps[0], "feature_names_in_", np.arange(count))
    for name, transformer, columns in steps[0].transformers_:
        if transformer == "drop":
            continue
        positions = find_positions(names, columns)
        widths = _find_widths(transformer, len(positions))
        part = steps[0].output_indices_[name]
        if sum(widths) != part.stop - part.start:
            return None
        ends = part.start + np.cumsum(widths)
        for position, width, end in zip(positions, widths, ends, strict=True):
            blocks[position] = np.arange(end - width, end)
    return blocks


def _find_widths(transformer: Any, count: int) -> list[int]:
    """How many columns each of `count` features becomes; nothing where it is not known."""
    if hasattr(transformer, "categories_"):
        return [len(values) for values in transformer.categories_]
    is_identity = isinstance(transformer, FunctionTransformer) and transformer.func is None
    if transformer == "passthrough" or is_identity or isinstance(transformer, OneToOneFeatureMixin):
        return [1] * count
    return []


def find_used(model: Any, blocks: Sequence[NDArray[np.intp]], width: int) -> NDArray[np.bool_]:
    """Returns which features a fitted HistGradientBoosting reads; all of those of other models."""
    steps = list_steps(model)
    predictors = getattr(steps[0], "_predictors", None)
    if len(steps) > 1 or predictors is None:
        return np.ones(len(blocks), dtype=bool)
    is_split = np.zeros(width, dtype=bool)
    for iteration in predictors:
        for tree in iteration:
            nodes = tree.nodes[~tree.nodes["is_leaf"].astype(bool)]
            is_split[nodes["feature_idx"]] = True
    return np.array([is_split[block].any() for block in blocks])
