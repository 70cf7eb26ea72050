"""Makes the thresholds of boosted trees 32-bit numbers, without a change of any prediction.

HistGradientBoosting puts a threshold half-way between two values of a feature, with 64 bits, and
skl2onnx keeps 32 of them. One that is rounded up sends a row with just this value to the other
side; no row of the training has it, so nothing shows before the first such row is predicted.
Rounded down, a threshold separates the same 32-bit features: `x <= t` is `x <= round_down(t)`.
skl2onnx does so itself for the other trees of scikit-learn.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .estimators import list_steps


def round_thresholds(model: Any) -> None:
    """Rounds the thresholds of a fitted pipeline whose last step is HistGradientBoosting."""
    boosting = list_steps(model)[-1]
    for iteration in getattr(boosting, "_predictors", []):
        for tree in iteration:
            thresholds = tree.nodes["num_threshold"]
            thresholds[:] = round_down(thresholds)


def round_down(numbers: NDArray[np.float64]) -> NDArray[np.float32]:
    """Returns the largest 32-bit numbers that are not above these."""
    nearest = numbers.astype(np.float32)
    below = np.nextafter(nearest, np.float32(-np.inf))
    return np.where(nearest > numbers, below, nearest)
