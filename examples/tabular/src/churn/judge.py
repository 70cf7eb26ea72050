"""How good answers are: folds that do not leak, figures for classes and for numbers."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from . import data, features, model
from .config import Config
from .mlops import scores

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[Any]
Rows = tuple[Array, Array]  # matrix and truth
MAIN = {"classification": "accuracy", "regression": "r2"}  # the figure that decides


@dataclass(frozen=True)
class Fit:
    """One fold: the rows it held out, what was said of them, and how good that was."""

    held: "pd.DataFrame"
    said: Array
    scores: dict[str, float]
    baseline: dict[str, float]
    steps: list[dict[str, float]]  # loss after each round
    importance: dict[str, float]  # what the main figure loses when a column is shuffled


def folds(config: Config, splits: data.Splits) -> Iterator[tuple[Array, Array]]:
    """Rows to fit and rows to hold out: forward in time, else whole groups, classes in step."""
    from sklearn.model_selection import GroupKFold, StratifiedGroupKFold, TimeSeriesSplit

    n, settings = config.evaluate.folds, config.data
    if settings.time:
        order = np.argsort(features.dates(splits.train[settings.time]).to_numpy(), kind="stable")
        yield from ((order[fit], order[hold]) for fit, hold in TimeSeriesSplit(n).split(order))
        return
    kind: Any = StratifiedGroupKFold if splits.classes else GroupKFold
    split = kind(n, shuffle=True, random_state=config.runtime.seed)
    groups = data.keys(splits.train, settings)
    yield from split.split(splits.train, truth(splits, splits.train), groups)


def truth(splits: data.Splits, table: "pd.DataFrame") -> Array:
    """Class numbers, or values."""
    if splits.classes:
        place = {name: index for index, name in enumerate(splits.classes)}
        return np.asarray(table[splits.target].map(place), dtype=int)
    return np.asarray(table[splits.target], dtype=float)


def figures(splits: data.Splits, true: Array, said: Array, each: bool = False) -> dict[str, float]:
    """Accuracy and its like for chances (F1 of `each` class too); R², RMSE and MAE for values."""
    if splits.classes:
        found = scores.classify(true, said, splits.classes)
        return {key: value for key, value in found.items() if each or not key.startswith("f1.")}
    error = said - true
    return {
        "r2": float(1 - (error**2).sum() / max(((true - true.mean()) ** 2).sum(), 1e-12)),
        "rmse": float(np.sqrt((error**2).mean())),
        "mae": float(np.abs(error).mean()),
    }


def fit_fold(config: Config, splits: data.Splits, fit: Array, hold: Array) -> Fit:
    """Model and baseline on the rows of `fit`, judged on those of `hold`."""
    seen, held = splits.train.iloc[fit], splits.train.iloc[hold]
    encoder = features.fit(seen, splits.kinds, config.train.levels)
    matrix, unseen = encoder.encode(seen), encoder.encode(held)
    known, true = truth(splits, seen), truth(splits, held)
    trees = model.boosting(config).fit(matrix, known)
    plain = model.linear(config).fit(matrix, known)
    said = _wide(splits, trees, model.answers(trees, unseen))
    result = figures(splits, true, said)

    def score(table: "pd.DataFrame") -> float:
        again = _wide(splits, trees, model.answers(trees, encoder.encode(table)))
        return figures(splits, true, again)[MAIN[config.task]]

    return Fit(
        held=held,
        said=said,
        scores=result,
        baseline=figures(splits, true, _wide(splits, plain, model.answers(plain, unseen))),
        steps=_steps(splits, trees, (matrix, known), (unseen, true)),
        importance=_importance(config, splits, held, score, result[MAIN[config.task]]),
    )


def _wide(splits: data.Splits, fitted: Any, said: Array) -> Array:
    """Chances with a column for every class, also for one that these rows lacked."""
    if not splits.classes:
        return said
    wide = np.zeros((len(said), len(splits.classes)))
    wide[:, fitted.classes_] = said
    return wide


def _importance(
    config: Config, splits: data.Splits, held: "pd.DataFrame", score: Any, full: float
) -> dict[str, float]:
    """Permutation importance of each column of the table."""
    draw = np.random.default_rng(config.runtime.seed)
    found = {}
    for name in splits.kinds:
        shuffled = held.assign(**{name: held[name].to_numpy()[draw.permutation(len(held))]})
        found[name] = full - score(shuffled)
    return found


def _steps(splits: data.Splits, trees: Any, *sides: Rows) -> list[dict[str, float]]:
    """Loss of both sides after each round: log loss of chances, mean square of values."""

    def loss(said: Array, true: Array) -> float:
        if not splits.classes:
            return float(((said - true) ** 2).mean())
        given = _wide(splits, trees, said)[np.arange(len(true)), true]
        return float(-np.log(np.clip(given, 1e-12, 1)).mean())

    stages = trees.staged_predict_proba if splits.classes else trees.staged_predict
    losses = [[loss(said, true) for said in stages(matrix)] for matrix, true in sides]
    return [
        {"round": index + 1.0, "train_loss": seen, "valid_loss": held}
        for index, (seen, held) in enumerate(zip(*losses, strict=True))
    ]
