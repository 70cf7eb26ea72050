"""Kinds of examples and models for the simulations of the gate.

The predictions of champion and challenger are correlated: both are right or wrong together on
most examples, or share most of their error.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from ..project import Evaluation

# The share of each class. A wrong prediction is the next class, and the first after the last.
CLASSES: Mapping[str, Sequence[float]] = {
    "accuracy": (0.7, 0.3),
    "grades": (0.7, 0.3),  # the second class has two parts, of which one is always right
    "f1": (0.7, 0.3),
    "macro f1": (0.5, 0.3, 0.2),
}
ERRORS = ("squared error", "absolute error")
SKEWED = "skewed"  # a little better nearly always, much worse rarely
METRICS = (*CLASSES, *ERRORS, SKEWED)
OWN_ERROR = 0.4  # of a regression, where the error that all models share has a deviation of 1
MAX_DISAGREEMENT = 0.4  # then each of two models is right where the other is wrong
SKEWED_SCALE = 0.1  # standard deviation of the differences
Random = np.random.Generator
Model = NDArray[np.float64]
Labels = NDArray[np.intp]


@dataclass(frozen=True)
class World:
    """What kind of examples there are, and how often two models differ."""

    kind: str  # one of METRICS
    n: int
    disagreement: float = 0.1  # share of examples that only one of two models has right

    @property
    def score(self) -> float:
        """Accuracy of the champion: models that disagree often are often wrong."""
        return 0.85 if self.disagreement <= 0.15 else 0.6

    def draw_champion(self, random: Random) -> Model:
        """Returns what the champion does on each example, shape (n, 2): shared, own.

        Where a prediction is right or wrong: whether it is right, and the class.
        """
        if self.kind not in CLASSES:
            shared = random.normal(size=self.n)
            own = random.normal(size=self.n) * OWN_ERROR
            return np.column_stack([shared, own])
        is_right = random.random(self.n) < self.score
        edges = np.cumsum(CLASSES[self.kind])[:-1]
        labels = np.searchsorted(edges, random.random(self.n), side="right")
        return np.column_stack([is_right, labels]).astype(np.float64)

    def draw_challenger(self, champion: Model, gain: float, random: Random) -> Model:
        """Returns what another model does, whose true score is better by `gain`."""
        if self.kind == SKEWED:
            change = SKEWED_SCALE * (1 - random.exponential(size=self.n)) + gain
            return np.column_stack([champion[:, 0], champion[:, 1] + change])
        if self.kind in ERRORS:
            own = random.normal(size=self.n) * OWN_ERROR
            return np.column_stack([champion[:, 0] * self._scale_shared(gain), own])
        gain = self._to_accuracy(gain)
        share = max(self.disagreement, abs(gain))
        right = champion[:, 0] == 1
        mends = random.random(self.n) < (share + gain) / 2 / (1 - self.score)
        breaks = random.random(self.n) < (share - gain) / 2 / self.score
        is_right = np.where(right, ~breaks, mends)
        return np.column_stack([is_right, champion[:, 1]]).astype(np.float64)

    def can_have(self, gain: float) -> bool:
        """Whether a model can be better by that much."""
        if self.kind in ERRORS:
            return self._scale_shared(gain) > 0
        if self.kind == SKEWED:
            return True
        if self._measure_all(self.score) + gain >= self._measure_all(1.0):
            return False
        more = self._to_accuracy(gain)
        return (max(self.disagreement, more) + more) / 2 <= 1 - self.score

    def _scale_shared(self, gain: float) -> float:
        """How much of the shared error a model has that is better by `gain`."""
        if self.kind == "squared error":
            return math.sqrt(max(0.0, 1 - gain))
        # The mean of |error| is sqrt(2/pi) times its standard deviation.
        total = math.sqrt(1 + OWN_ERROR**2) - gain / math.sqrt(2 / math.pi)
        return math.sqrt(max(0.0, total**2 - OWN_ERROR**2))

    def _to_accuracy(self, gain: float) -> float:
        """How many examples more have to be right for a gain of the metric, as a share."""
        if self.kind == "accuracy" or gain == 0.0:
            return gain
        wanted = self._measure_all(self.score) + gain

        def miss(accuracy: float) -> float:
            return self._measure_all(accuracy) - wanted

        return float(optimize.brentq(miss, 0.0, 1.0)) - self.score

    def _measure_all(self, accuracy: float) -> float:
        """The metric on infinitely many examples, when every class has the same accuracy."""
        shares = np.array(CLASSES[self.kind])
        if self.kind == "accuracy":
            return accuracy
        if self.kind == "grades":
            return accuracy + float(shares[1]) * (1 - accuracy) / 2
        hits = 2 * shares * accuracy
        misses = (shares + np.roll(shares, 1)) * (1 - accuracy)
        scores = hits / (hits + misses)
        return float(scores[1] if self.kind == "f1" else scores.mean())

    def evaluate(self, model: Model) -> Evaluation:
        """Returns the evaluation of a model, as `poe gate` gets it."""
        metric = self.kind.replace(" ", "_")
        if self.kind in ("f1", "macro f1"):
            return self._evaluate_classes(model, metric)
        if self.kind == "squared error":
            scores = 1 - model.sum(axis=1) ** 2
        elif self.kind == "absolute error":
            scores = -np.abs(model.sum(axis=1))
        elif self.kind == SKEWED:
            scores = model.sum(axis=1)
        elif self.kind == "grades":
            scores = np.where(model[:, 1] == 1, (model[:, 0] + 1) / 2, model[:, 0])
        else:
            scores = model[:, 0]
        return Evaluation({metric: float(scores.mean())}, metric, _mean, scores, scores, scores)

    def _evaluate_classes(self, model: Model, metric: str) -> Evaluation:
        y_true = model[:, 1].astype(np.intp)
        wrong = (y_true + 1) % len(CLASSES[self.kind])
        y_pred = np.where(model[:, 0] == 1, y_true, wrong)
        compute = _f1 if self.kind == "f1" else _macro_f1
        return Evaluation({metric: compute(y_true, y_pred)}, metric, compute, y_true, y_pred)


def _mean(_: object, outputs: Model) -> float:
    """The metric of a world whose outputs are the scores of the examples."""
    return float(outputs.mean())


def _f1(y_true: Labels, y_pred: Labels) -> float:
    """F1 of the second class, as scikit-learn computes it with `zero_division=0`."""
    hits = np.count_nonzero((y_true == 1) & (y_pred == 1))
    total = np.count_nonzero(y_true == 1) + np.count_nonzero(y_pred == 1)
    return float(2 * hits / total) if total else 0.0


def _macro_f1(y_true: Labels, y_pred: Labels) -> float:
    """The mean of the F1 of each class that occurs."""
    count = len(CLASSES["macro f1"])
    hits = np.bincount(y_true[y_true == y_pred], minlength=count)
    total = np.bincount(y_true, minlength=count) + np.bincount(y_pred, minlength=count)
    occurs = total > 0
    return float((2 * hits[occurs] / total[occurs]).mean())
