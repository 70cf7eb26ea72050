"""Percentiles, and the agreement of two raters."""

import random
from collections.abc import Sequence
from math import ceil
from statistics import fmean

RESAMPLES = 1000  # of the bootstrap


def percentile(values: Sequence[float], percent: float) -> float:
    """Returns the smallest value that so many percent do not exceed (nearest rank); 0 of none."""
    if not values:
        return 0.0
    ranked = sorted(values)
    rank = max(ceil(percent / 100 * len(ranked)), 1)
    return ranked[rank - 1]


def kappa(human: Sequence[bool], grader: Sequence[bool]) -> float:
    """Returns Cohen's kappa (1960): agreement beyond what two raters have by chance.

    0 when both gave one and the same verdict throughout: that agreement says nothing.
    """
    agreement = fmean(a == b for a, b in zip(human, grader, strict=True))
    human_good = fmean(human)
    grader_good = fmean(grader)
    chance = human_good * grader_good + (1 - human_good) * (1 - grader_good)
    if chance == 1:
        return 0.0
    return (agreement - chance) / (1 - chance)


def kappa_interval(human: Sequence[bool], grader: Sequence[bool]) -> tuple[float, float]:
    """Returns a 90% interval of kappa, by the bootstrap over the labels."""
    generator = random.Random(0)  # noqa: S311  # resampling, nothing secret
    count = len(human)
    kappas = []
    for _ in range(RESAMPLES):
        drawn = [generator.randrange(count) for _ in range(count)]
        human_drawn = [human[index] for index in drawn]
        grader_drawn = [grader[index] for index in drawn]
        kappas.append(kappa(human_drawn, grader_drawn))
    kappas.sort()
    tail = RESAMPLES // 20
    return kappas[tail], kappas[-tail]
