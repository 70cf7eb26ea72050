"""Grades answers against the golden set, by plain functions that can be checked by hand."""

from collections.abc import Mapping, Sequence
from statistics import fmean, pstdev
from typing import Any

from .mlops.llm.golden_set import Item, has_fact, normalise

Reply = Mapping[str, Any]  # what bundle.Model.ask returns
BASELINES = {
    "baseline": "the best sentence of the best passage",
    "constant": "declining every question",
}
FOLDS = 3  # the spread of a score is the one over so many parts of the questions


def fact_share(item: Item, answer: str, max_words: int) -> float:
    """Returns the share of the expected facts that the first words of an answer have."""
    words = normalise(answer)[:max_words]
    start = " ".join(words)
    found = 0
    for fact in item.facts:
        found += has_fact(start, fact)
    return found / len(item.facts)


def citation_f1(item: Item, sources: Sequence[str]) -> float:
    """Returns the F1 of the cited documents and those that have the answer."""
    cited = set(sources)
    correct = set(item.sources)
    overlap = len(cited & correct)
    total = len(cited) + len(correct)
    return 2 * overlap / total


def grade(item: Item, reply: Reply, max_words: int) -> float:
    """Returns 0 to 1: a fact without its source counts half; unanswerable ones are declined."""
    is_answerable = bool(item.sources)
    if not is_answerable or not reply["answered"]:
        return float(not is_answerable and not reply["answered"])
    facts = fact_share(item, reply["answer"], max_words)
    citations = citation_f1(item, reply["sources"])
    return facts * (1 + citations) / 2


def grade_all(items: Sequence[Item], replies: Sequence[Reply], max_words: int) -> list[float]:
    """Returns the grade of each reply, 0 to 1."""
    pairs = zip(items, replies, strict=True)
    return [grade(item, reply, max_words) for item, reply in pairs]


def recall(item: Item, reply: Reply) -> float:
    """Returns the share of the documents with the answer that were retrieved."""
    correct = set(item.sources)
    retrieved = set(reply["retrieved"])
    found = correct & retrieved
    return len(found) / len(correct)


def reciprocal_rank(item: Item, reply: Reply) -> float:
    """Returns 1 / the place of the first retrieved document with the answer; 0 if none is."""
    for place, name in enumerate(reply["retrieved"], start=1):
        if name in item.sources:
            return 1 / place
    return 0.0


def summarise_replies(
    items: Sequence[Item], replies: Sequence[Reply], max_words: int
) -> dict[str, float]:
    """Returns the metrics of one bundle; `score_std` is the spread over three folds."""
    scores = []
    declined = []
    facts = []
    citations = []
    recalls = []
    ranks = []
    for item, reply in zip(items, replies, strict=True):
        scores.append(grade(item, reply, max_words))
        if not item.sources:
            declined.append(not reply["answered"])
            continue
        answer = reply["answer"]
        sources = reply["sources"]
        facts.append(fact_share(item, answer, max_words))
        citations.append(citation_f1(item, sources))
        recalls.append(recall(item, reply))
        ranks.append(reciprocal_rank(item, reply))
    costs = [reply["cost_usd"] for reply in replies]
    forms = [reply["form"] for reply in replies]
    metrics = {"score": fmean(scores)}
    metrics["score_std"] = spread_over_folds(scores)
    metrics["facts"] = fmean(facts)
    metrics["citations"] = fmean(citations)
    metrics["refusals"] = fmean(declined or [1.0])
    metrics["recall_at_k"] = fmean(recalls)
    metrics["mrr"] = fmean(ranks)
    metrics["form"] = fmean(forms)
    metrics["cost_usd_per_1k"] = 1000 * fmean(costs)
    return metrics


def spread_over_folds(scores: Sequence[float]) -> float:
    """Returns the standard deviation of the mean score of three parts of the questions."""
    means = []
    for fold in range(FOLDS):
        part = scores[fold::FOLDS]
        means.append(fmean(part))
    return pstdev(means)
