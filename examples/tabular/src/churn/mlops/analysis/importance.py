"""Permutation importance by scikit-learn, for rows, images, texts and everything else."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...adapters.analysis import ADAPTER
from ...project import PROJECT
from ..progress import track
from ..project import MODEL
from .adapter import Orders
from .read_features import find_read

Exchange = Callable[[Orders], Any]  # which features come from which input -> outputs


@dataclass(frozen=True)
class Importance:
    """How much the primary metric drops when a feature is shuffled."""

    mean: float
    std: float  # over the permutations

    @property
    def is_noise(self) -> bool:
        """Whether the drop is no larger than its spread."""
        return self.mean <= self.std


def measure_importance(
    config: Any, model: Any, examples: Any, repeats: int
) -> dict[str, Importance]:
    """Returns the importance of each feature of the adapter, the largest first.

    scikit-learn shuffles the columns of a table. The table here has the numbers of the examples
    that the features come from, shape (examples, features); the adapter exchanges the features.
    A feature that the model does not read is not measured: its importance is 0.
    """
    from sklearn.dummy import DummyClassifier
    from sklearn.inspection import permutation_importance

    inputs = PROJECT.inputs(examples)
    features = list(ADAPTER.features(config, model))
    if not features:
        return {}
    seed = config.runtime.seed
    unchanged = np.arange(len(inputs))
    exchange = make_exchange(model, inputs)
    unchanged_outputs = exchange({})
    evaluation = PROJECT.evaluate(config, examples, unchanged_outputs, MODEL)
    found = dict.fromkeys(features, Importance(0.0, 0.0))
    if ADAPTER.open_exchange is not None:
        features = find_read(exchange, features, unchanged, seed)
    if not features:
        return found
    origins = np.tile(unchanged[:, np.newaxis], len(features))
    steps = track(range(repeats * len(features) + 1), "Shuffling features")

    def score(_estimator: object, shuffled: NDArray[np.int64], _y: object) -> float:
        next(steps)
        is_changed = (shuffled != origins).any(axis=0)
        orders = {features[column]: shuffled[:, column] for column in np.flatnonzero(is_changed)}
        outputs = exchange(orders) if orders else unchanged_outputs
        return evaluation.compute(evaluation.y_true, outputs)

    result = permutation_importance(
        DummyClassifier(),  # scikit-learn wants an estimator; `score` uses the saved model
        origins,
        unchanged,
        scoring=score,
        n_repeats=repeats,
        random_state=seed,
    )
    next(steps, None)  # removes its line from a terminal
    for column, name in enumerate(features):
        mean, std = result.importances_mean[column], result.importances_std[column]
        found[name] = Importance(float(mean), float(std))
    return dict(sorted(found.items(), key=lambda item: -item[1].mean))


def make_exchange(model: Any, inputs: Sequence[Any]) -> Exchange:
    """Returns what computes the outputs of inputs of which some features are exchanged."""
    if ADAPTER.open_exchange is not None:
        return ADAPTER.open_exchange(model, inputs)

    def exchange(orders: Orders) -> Any:
        for feature, order in orders.items():
            others = [inputs[index] for index in order]
            return ADAPTER.exchange_feature(model, inputs, feature, others)
        return PROJECT.outputs(model, inputs)

    return exchange
