"""Grades answers against the golden set, by plain functions that can be checked by hand."""

from collections.abc import Mapping, Sequence
from statistics import fmean, pstdev
from typing import Any

from .data import Item, holds, plain


def facts(item: Item, answer: str, max_words: int) -> float:
    """The share of the expected facts that the first words of an answer hold."""
    start = " ".join(plain(answer)[:max_words])
    return fmean(holds(start, fact) for fact in item.facts)


def citations(item: Item, sources: Sequence[str]) -> float:
    """F1 of the cited documents against those that hold the answer."""
    return 2 * len({*sources} & {*item.sources}) / (len({*sources}) + len({*item.sources}))


def grade(item: Item, reply: Mapping[str, Any], max_words: int) -> float:
    """0 to 1: a fact without its source is worth half, and silent documents ask for a refusal."""
    if not item.sources or not reply["answered"]:
        return float(not item.sources and not reply["answered"])
    cited = citations(item, reply["sources"])
    return facts(item, reply["answer"], max_words) * (1 + cited) / 2


def summary(
    items: Sequence[Item], replies: Sequence[Mapping[str, Any]], max_words: int
) -> dict[str, float]:
    """The figures of one bundle; `score_std` is the spread of the score over three folds."""
    pairs = list(zip(items, replies, strict=True))
    known = [(item, reply) for item, reply in pairs if item.sources]
    silent = [float(not reply["answered"]) for item, reply in pairs if not item.sources]
    found = [len({*i.sources} & {*r["retrieved"]}) / len({*i.sources}) for i, r in known]
    ranks = [[name in i.sources for name in r["retrieved"]] for i, r in known]
    scores = [grade(item, reply, max_words) for item, reply in pairs]
    return {
        "score": fmean(scores),
        "score_std": pstdev([fmean(scores[fold::3]) for fold in range(3)]),
        "facts": fmean(facts(item, reply["answer"], max_words) for item, reply in known),
        "citations": fmean(citations(item, reply["sources"]) for item, reply in known),
        "refusals": fmean(silent or [1.0]),
        "recall_at_k": fmean(found),
        "mrr": fmean(1 / (1 + row.index(True)) if any(row) else 0.0 for row in ranks),
        "form": fmean(reply["form"] for reply in replies),
        "cost_usd_per_1k": 1000 * fmean(reply["cost_usd"] for reply in replies),
    }
