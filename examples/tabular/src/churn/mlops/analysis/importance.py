"""Permutation importance by scikit-learn, for rows, images, texts and everything else."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...adapters.analysis import ADAPTER
from ...project import PROJECT
from ..project import MODEL


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
    """
    from sklearn.dummy import DummyClassifier
    from sklearn.inspection import permutation_importance

    inputs = PROJECT.inputs(examples)
    features = ADAPTER.features(config, model)
    if len(features) == 0:
        return {}
    unchanged = np.arange(len(inputs))
    origins = np.tile(unchanged[:, np.newaxis], len(features))

    def score(_estimator: object, shuffled: NDArray[np.int64], _y: object) -> float:
        outputs = compute_outputs(model, inputs, features, shuffled)
        evaluation = PROJECT.evaluate(config, examples, outputs, MODEL)
        return evaluation.metrics[evaluation.primary_metric]

    result = permutation_importance(
        DummyClassifier(),  # scikit-learn wants an estimator; `score` uses the saved model
        origins,
        unchanged,
        scoring=score,
        n_repeats=repeats,
        random_state=config.runtime.seed,
    )
    found = {}
    for index in np.argsort(-result.importances_mean, kind="stable"):
        mean, std = result.importances_mean[index], result.importances_std[index]
        found[features[index]] = Importance(float(mean), float(std))
    return found


def compute_outputs(
    model: Any, inputs: Sequence[Any], features: Sequence[str], origins: NDArray[np.int64]
) -> Any:
    """Returns the outputs when the feature of one column of `origins` is shuffled."""
    unchanged = np.arange(len(inputs))
    for column, feature in enumerate(features):
        order = origins[:, column]
        if not np.array_equal(order, unchanged):
            others = [inputs[index] for index in order]
            return ADAPTER.exchange_feature(model, inputs, feature, others)
    return PROJECT.outputs(model, inputs)
