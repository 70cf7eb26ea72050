"""Splits by groups: the texts of one group are never on both sides."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

SHARES = {"train": 0.7, "valid": 0.15, "test": 0.15}


Column = Sequence[Any] | NDArray[Any]


def assign_groups(labels: Column, groups: Column, names: Sequence[str], seed: int) -> list[str]:
    """Returns the name of a split for each text; each label has its share of every split.

    The largest groups come first; the order of equal ones is drawn by `seed`.
    """
    members: defaultdict[int, list[int]] = defaultdict(list)
    for row, group in enumerate(groups):
        members[group].append(row)
    order = np.random.default_rng(seed).permutation(sorted(members))
    largest_first = sorted((members[group] for group in order), key=len, reverse=True)
    counts: Counter[tuple[str, Any]] = Counter()
    splits = [""] * len(groups)
    for rows in largest_first:
        label = _most_frequent([labels[row] for row in rows])
        filled = {name: counts[name, label] / SHARES[name] for name in names}
        split = min(names, key=lambda name: filled[name])
        for row in rows:
            splits[row] = split
            counts[split, labels[row]] += 1
    return splits


def _most_frequent(labels: list[Any]) -> Any:
    return Counter(labels).most_common(1)[0][0]
