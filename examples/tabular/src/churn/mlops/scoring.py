"""Scores the outputs of a model by the metric and the threshold of config.yaml."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import decision as decisions
from .decision import Decision
from .errors import UserError
from .metric_settings import MetricSettings
from .metrics import classification_metrics, regression_metrics
from .project import Evaluation
from .scorers import make_key, make_score, refuse_lowest


@dataclass(frozen=True)
class Scoring:
    """The configured metric for outputs: probabilities (n, classes), or values (n,)."""

    metric: str  # as `evaluate.metric` names it
    classes: Sequence[str]  # empty for a regression
    decision: Decision

    @property
    def primary_metric(self) -> str:
        """The name of the metric in reports."""
        return make_key(self.metric)

    def for_baseline(self) -> "Scoring":
        """Returns the same metric with the threshold that was chosen for the baseline."""
        threshold = self.decision.baseline_threshold
        return self.with_threshold(threshold)

    def with_threshold(self, threshold: float) -> "Scoring":
        """Returns the same metric with another threshold."""
        return replace(self, decision=replace(self.decision, threshold=threshold))

    def compute(self, y_true: NDArray[Any], outputs: NDArray[Any]) -> float:
        """Returns the primary metric; NaN where it is undefined, as ROC AUC of a single class."""
        score = make_score(self.metric, self.classes, self.decision)
        return score(y_true, outputs)

    def compute_each(
        self, y_true: NDArray[Any], outputs: NDArray[Any]
    ) -> NDArray[np.float64] | None:
        """Returns one score for each example where the primary metric is their mean, else None."""
        if self.metric == "accuracy":
            is_correct = self.decision.classify(outputs) == y_true
            return np.asarray(is_correct, dtype=np.float64)
        if self.metric == "r2":
            variance = max(float(np.var(y_true)), 1e-12)
            squared_error = (outputs - y_true) ** 2
            return np.asarray(1 - squared_error / variance, dtype=np.float64)
        if self.metric == "neg_mean_absolute_error":
            return np.asarray(-np.abs(outputs - y_true), dtype=np.float64)
        return None

    def measure(
        self, y_true: NDArray[Any], outputs: NDArray[Any], *, required: bool = True
    ) -> dict[str, float]:
        """Returns the primary metric first, then all others.

        Raises UserError where the primary metric is undefined; it is left out where it is not
        `required`, as for a baseline.
        """
        primary = self.compute(y_true, outputs)
        if self.classes:
            others = classification_metrics(y_true, outputs, self.classes, self.decision)
        else:
            others = regression_metrics(y_true, outputs)
        if math.isnan(primary):
            if required:
                raise UserError(self._explain_undefined(y_true))
            return others
        return {self.primary_metric: primary, **others, self.primary_metric: primary}

    def evaluate(
        self,
        y_true: NDArray[Any],
        outputs: NDArray[Any],
        slices: Mapping[str, Sequence[Any]],
    ) -> Evaluation:
        """Returns all that is known about outputs for examples with targets."""
        return Evaluation(
            metrics=self.measure(y_true, outputs),
            primary_metric=self.primary_metric,
            compute=self.compute,
            y_true=y_true,
            outputs=outputs,
            scores=self.compute_each(y_true, outputs),
            slices=slices,
        )

    def _explain_undefined(self, y_true: NDArray[Any]) -> str:
        message = f'"evaluate.metric" is "{self.metric}", which is undefined'
        if not self.classes:
            return f"{message} for these values: it may need positive ones. Take another metric"
        names = [self.classes[number] for number in np.unique(y_true)]
        found = ", ".join(f'"{name}"' for name in names)
        message += f" for these {len(y_true)} examples, which have the classes {found}"
        return f"{message}: take another metric, more data, or fewer folds"


def make(
    settings: MetricSettings, classes: Sequence[str], y_train: NDArray[Any] | None = None
) -> Scoring:
    """Returns the configured metric for a training, before its threshold is chosen.

    `classes` is empty for a regression; `y_train` has class numbers. Raises UserError for a
    metric, a class or a threshold that cannot be.
    """
    metric = settings.metric or ("accuracy" if classes else "r2")
    no_targets = np.zeros(0, dtype=int)
    targets = no_targets if y_train is None or not classes else y_train
    positive = decisions.find_positive(settings, classes, targets)
    scoring = Scoring(metric, classes, Decision(positive))
    score = make_score(metric, classes, scoring.decision)
    if y_train is not None:
        refuse_lowest(metric, score, y_train, classes)
    return scoring


def read(settings: MetricSettings, classes: Sequence[str], model_directory: Path) -> Scoring:
    """Returns the configured metric with the threshold that was saved next to a model."""
    metric = settings.metric or ("accuracy" if classes else "r2")
    return Scoring(metric, classes, decisions.read(model_directory))
