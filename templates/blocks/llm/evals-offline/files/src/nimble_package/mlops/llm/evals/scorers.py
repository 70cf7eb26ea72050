"""Scores one answer at a time, by plain functions."""

from collections.abc import Callable, Mapping, Sequence
from statistics import fmean
from typing import Any

from ....adapters.evals import fact_share
from ..golden_set import Item

Reply = Mapping[str, Any]
Scorer = Callable[[Item, Reply, int], float | None]  # None: not for this kind of question


def exact(item: Item, reply: Reply, max_words: int) -> float | None:
    """Returns 1.0 when the first words of the answer have every fact."""
    if not item.sources:
        return None
    share = fact_share(item, reply["answer"], max_words)
    return float(reply["answered"] and share == 1.0)


def citation_precision(item: Item, reply: Reply, _max_words: int) -> float | None:
    """Returns the share of the cited documents that have the answer; nothing cited is 0."""
    if not item.sources or not reply["answered"]:
        return None
    cited = set(reply["sources"])
    correct = cited & set(item.sources)
    return len(correct) / max(len(cited), 1)


def real_sources(_item: Item, reply: Reply, _max_words: int) -> float | None:
    """Returns 1.0 when every cited document was among the passages that the model was given."""
    cited = set(reply["sources"])
    return float(cited <= set(reply["retrieved"]))


def answers(item: Item, reply: Reply, _max_words: int) -> float | None:
    """Returns 1.0 when a question is answered that the documents can answer."""
    if not item.sources:
        return None
    return float(reply["answered"])


SCORERS: dict[str, Scorer] = {
    "exact": exact,
    "citation_precision": citation_precision,
    "real_sources": real_sources,
    "answers": answers,
}


def score_replies(
    items: Sequence[Item], replies: Sequence[Reply], max_words: int
) -> dict[str, float]:
    """Returns the mean of each scorer over the questions it is for; 0 where there are none."""
    means = {}
    for name, scorer in SCORERS.items():
        scores = []
        for item, reply in zip(items, replies, strict=True):
            score = scorer(item, reply, max_words)
            if score is not None:
                scores.append(score)
        means[name] = fmean(scores or [0.0])
    return means
