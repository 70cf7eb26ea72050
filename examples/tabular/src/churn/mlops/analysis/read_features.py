"""Finds the features that a model reads, with fewer predictions than one for each of them."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..progress import track
from .adapter import Orders

TOGETHER = 8  # features that are shuffled at once: most columns of a wide table are not read


def find_read(
    exchange: Callable[[Orders], Any],
    features: Sequence[str],
    unchanged: NDArray[np.intp],
    seed: int,
) -> list[str]:
    """Returns the features that change an output when they are shuffled, in their order.

    Features are shuffled in groups, each by an order of its own, so that one cannot undo what
    another does; a group that changes no output has no feature that the model reads.
    """
    random = np.random.default_rng(seed)
    orders = {feature: random.permutation(unchanged) for feature in features}
    outputs = exchange({})

    def find(group: Sequence[str]) -> list[str]:
        shuffled = exchange({feature: orders[feature] for feature in group})
        if np.array_equal(shuffled, outputs, equal_nan=True):
            return []
        if len(group) == 1:
            return list(group)
        half = len(group) // 2
        return [*find(group[:half]), *find(group[half:])]

    starts = range(0, len(features), TOGETHER)
    found: list[str] = []
    for start in track(starts, f"Finding which of {len(features):,} features the model reads"):
        found.extend(find(features[start : start + TOGETHER]))
    return found
