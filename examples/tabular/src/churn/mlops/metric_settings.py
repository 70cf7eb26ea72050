"""The settings of metric and threshold: they are part of `evaluate` in config.yaml."""

from dataclasses import dataclass
from typing import Literal

ClassWeight = Literal["none", "balanced"]  # balanced: a rare class counts as much as a frequent one


@dataclass(frozen=True)
class MetricSettings:
    """Which metric decides, and how probabilities of two classes become an answer."""

    # A scorer of scikit-learn such as roc_auc or neg_mean_absolute_error, or module:function of
    # this package. Higher is better. "": accuracy for classes, r2 for a regression.
    metric: str = ""
    # Of two classes the one to find; "": the rarer one of the training data.
    positive: str | bool | int | float = ""
    # The lowest probability that counts as `positive`: a number, or chosen on validation data
    # for recall>=0.9, precision>=0.8 or cost_ratio=5 (a missed one costs five false alarms).
    threshold: float | str = 0.5
