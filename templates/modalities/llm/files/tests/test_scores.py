"""The figures of a bundle are those that can be counted by hand."""

from typing import Any

import pytest

from nimble_package import data, scores

ITEMS = [
    data.Item("one", "dev", "answerable", "?", ("3 euros",), ("pets",)),
    data.Item("two", "dev", "multi", "?", ("red", "blue"), ("boats", "trains")),
    data.Item("far", "dev", "answerable", "?", ("noon",), ("times",)),
    data.Item("none", "dev", "unanswerable", "?", (), ()),
    data.Item("trap", "dev", "unanswerable", "?", (), ()),
]


def reply(answer: str, sources: list[str], retrieved: list[str], cost: float) -> dict[str, Any]:
    said = {"answer": answer, "answered": bool(answer), "sources": sources, "retrieved": retrieved}
    return {**said, "form": 1.0 if answer else 0.5, "cost_usd": cost}


REPLIES = [
    reply("It is 3 euros.", ["pets"], ["pets", "boats"], 0.001),
    reply("The boat is red.", ["boats"], ["moon", "boats"], 0.002),
    reply("At nine.", ["times"], ["moon", "boats"], 0.0),
    reply("", [], ["pets"], 0.0),
    reply("7 crowns", ["moon"], ["moon"], 0.002),
]


def test_every_figure_is_the_one_counted_by_hand() -> None:
    assert scores.summary(ITEMS, REPLIES, 60) == pytest.approx(
        {
            "score": (1 + 0.5 * (1 + 2 / 3) / 2 + 0 + 1 + 0) / 5,
            # folds of the questions 1 and 4, 2 and 5, 3: means 1, 5/24 and 0
            "score_std": 0.430780,
            "facts": (1 + 0.5 + 0) / 3,
            "citations": (1 + 2 / 3 + 1) / 3,
            "refusals": 1 / 2,
            "recall_at_k": (1 + 1 / 2 + 0) / 3,
            "mrr": (1 + 1 / 2 + 0) / 3,
            "form": 4.5 / 5,
            "cost_usd_per_1k": 1.0,
        },
        abs=1e-6,
    )


def test_where_nothing_had_to_be_refused_no_refusal_was_missed() -> None:
    assert scores.summary(ITEMS[:3], REPLIES[:3], 60)["refusals"] == 1.0


def test_each_question_needs_its_reply() -> None:
    with pytest.raises(ValueError, match="shorter"):
        scores.summary(ITEMS, REPLIES[:-1], 60)
