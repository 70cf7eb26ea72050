"""Scores one answer at a time, by plain functions; None: the question is not of that sort."""

from collections.abc import Callable, Mapping, Sequence
from math import ceil
from statistics import fmean
from typing import Any

from .... import scores
from ....data import Item

Reply = Mapping[str, Any]


def exact(item: Item, reply: Reply, max_words: int) -> float | None:
    """1.0 when the first words of the answer hold every fact."""
    if not item.sources:
        return None
    held = scores.facts(item, reply["answer"], max_words)
    return float(reply["answered"] and held == 1.0)


def citation_precision(item: Item, reply: Reply, _: int) -> float | None:
    """The share of the cited documents that hold the answer; nothing cited is 0."""
    if not item.sources or not reply["answered"]:
        return None
    cited = {*reply["sources"]}
    return len(cited & {*item.sources}) / max(len(cited), 1)


def real_sources(_: Item, reply: Reply, __: int) -> float | None:
    """1.0 when every cited document was among the passages that the model was given."""
    return float({*reply["sources"]} <= {*reply["retrieved"]})


def answers(item: Item, reply: Reply, _: int) -> float | None:
    """1.0 when a question is answered that the documents can answer."""
    return float(reply["answered"]) if item.sources else None


PER_ANSWER: dict[str, Callable[[Item, Reply, int], float | None]] = {
    scorer.__name__: scorer for scorer in (exact, citation_precision, real_sources, answers)
}


def figures(items: Sequence[Item], replies: Sequence[Reply], max_words: int) -> dict[str, float]:
    """The mean of every scorer over the questions it is for; 0 where there are none."""
    pairs, means = list(zip(items, replies, strict=True)), dict[str, float]()
    for name, scorer in PER_ANSWER.items():
        points = [scorer(item, reply, max_words) for item, reply in pairs]
        means[name] = fmean([point for point in points if point is not None] or [0.0])
    return means


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that so many percent do not exceed (nearest rank); 0 of nothing."""
    ranked = sorted(values)
    return ranked[max(ceil(percent / 100 * len(ranked)), 1) - 1] if ranked else 0.0


def kappa(human: Sequence[bool], machine: Sequence[bool]) -> float:
    """Cohen's kappa (1960): agreement beyond what two raters with these shares have by chance.

    0 when both gave one and the same verdict throughout: that agreement tells nothing.
    """
    agreed = fmean(a == b for a, b in zip(human, machine, strict=True))
    yes, said = fmean(human), fmean(machine)
    chance = yes * said + (1 - yes) * (1 - said)
    return (agreed - chance) / (1 - chance) if chance < 1 else 0.0
