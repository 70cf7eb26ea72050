"""The metrics of a bundle are those that can be counted by hand."""

from typing import Any

import pytest

from nimble_package import metrics
from nimble_package.mlops.llm.golden_set import Item

ITEMS = [
    Item("one", "dev", "answerable", "?", ("3 euros",), ("pets",)),
    Item("two", "dev", "multi", "?", ("red", "blue"), ("boats", "trains")),
    Item("far", "dev", "answerable", "?", ("noon",), ("times",)),
    Item("none", "dev", "unanswerable", "?", (), ()),
    Item("trap", "dev", "unanswerable", "?", (), ()),
]


def reply(answer: str, sources: list[str], retrieved: list[str], cost: float) -> dict[str, Any]:
    found = {"answer": answer, "answered": bool(answer), "sources": sources, "retrieved": retrieved}
    return {**found, "form": 1.0 if answer else 0.5, "cost_usd": cost}


REPLIES = [
    reply("It is 3 euros.", ["pets"], ["pets", "boats"], 0.001),
    reply("The boat is red.", ["boats"], ["moon", "boats"], 0.002),
    reply("At nine.", ["times"], ["moon", "boats"], 0.0),
    reply("", [], ["pets"], 0.0),
    reply("7 crowns", ["moon"], ["moon"], 0.002),
]


def test_every_metric_is_the_one_counted_by_hand() -> None:
    assert metrics.summarise_replies(ITEMS, REPLIES, 60) == pytest.approx(
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
    assert metrics.summarise_replies(ITEMS[:3], REPLIES[:3], 60)["refusals"] == 1.0


def test_each_question_needs_its_reply() -> None:
    with pytest.raises(ValueError, match="shorter"):
        metrics.summarise_replies(ITEMS, REPLIES[:-1], 60)


ITEM = Item("q", "dev", "multi", "?", ("3 euros|€3", "4 euros"), ("pets", "bicycles"))
UNANSWERABLE = Item("q", "dev", "unanswerable", "?", (), ())


@pytest.mark.parametrize(
    ("item", "answer", "sources", "answered", "points"),
    [
        (ITEM, "Dogs: €3, bicycles: 4 Euros!", ["pets", "bicycles"], True, 1.0),
        (ITEM, "3 euros and 4 euros", [], True, 0.5),
        (ITEM, "3 euros", ["pets", "bicycles"], True, 0.5),
        (ITEM, "13 euros and 44 euros", ["pets", "bicycles"], True, 0.0),
        (ITEM, "word " * 60 + "3 euros 4 euros", ["pets", "bicycles"], True, 0.0),
        (ITEM, "3 euros, 4 euros", ["pets", "bicycles"], False, 0.0),
        (ITEM, "3 euros, 4 euros", ["pets", "moon"], True, 0.75),
        (UNANSWERABLE, "", [], False, 1.0),
        (UNANSWERABLE, "7 crowns", ["moon"], True, 0.0),
    ],
)
def test_grades_are_what_the_rules_say(
    item: Item, answer: str, sources: list[str], answered: bool, points: float
) -> None:
    reply = {"answer": answer, "sources": sources, "answered": answered}
    assert metrics.grade(item, reply, 60) == pytest.approx(points)
