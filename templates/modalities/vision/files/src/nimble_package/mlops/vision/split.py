"""Splits by groups: the images of one group are never on both sides."""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..files import sha256

Labels = Sequence[Any] | NDArray[Any]


def assign_groups(
    labels: Labels, groups: Labels, shares: Mapping[str, float], salt: int = 0
) -> NDArray[np.str_]:
    """Returns the name of a split for each image, shape (n,).

    Groups come in an order drawn by hash; each goes to the split that lacks most of its labels.
    `shares` has the share of each split, `salt` draws another order.
    """
    members: defaultdict[str, list[Any]] = defaultdict(list)
    for label, group in zip(labels, groups, strict=True):
        members[group].append(label)
    totals = Counter(label for group in members.values() for label in group)
    counts: Counter[tuple[str, Any]] = Counter()
    homes: dict[str, str] = {}
    for group in sorted(members, key=lambda name: sha256(f"{salt} {name}".encode())):
        missing = {}
        for split, share in shares.items():
            lacks = [
                totals[label] - (counts[split, label] + 0.5) / share for label in members[group]
            ]
            missing[split] = math.fsum(lacks)  # exact: the order of the images does not matter
        homes[group] = max(missing, key=lambda split: missing[split])
        counts.update((homes[group], label) for label in members[group])
    return np.array([homes[group] for group in groups])
