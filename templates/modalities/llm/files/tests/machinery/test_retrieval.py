"""BM25 is the formula, passages lose nothing, and other languages work."""

import math
from typing import Any

import pytest

from nimble_package.mlops.llm.retrieval import (
    BM25,
    Passage,
    cut_passages,
    split_sentences,
    split_terms,
)
from nimble_package.mlops.project import PREPARED
from nimble_package.project import PROJECT

DOCUMENTS = {
    "a": "# Boats\n\nThe boat is red. The boat sails north.\n\nIt carries cars.",
    "b": "# Trains\n\nThe train is blue.",
}


@pytest.mark.parametrize("size", [1, 5, 8, 100])
def test_every_sentence_is_in_a_passage_under_its_heading(size: int) -> None:
    passages = cut_passages(DOCUMENTS, size)
    for name, text in DOCUMENTS.items():
        title, *rest = split_sentences(text)
        mine = [split_sentences(passage.text) for passage in passages if passage.document == name]
        assert all(part[0] == title for part in mine)
        assert [line for part in mine for line in part[1:]] == rest


def test_passages_keep_to_their_size() -> None:
    words = [len(" ".join(split_sentences(p.text)[1:]).split()) for p in cut_passages(DOCUMENTS, 8)]
    assert max(words) <= 8
    assert len(words) > 2


def test_a_sentence_joins_a_passage_that_it_just_fills() -> None:
    def parts(size: int) -> list[int]:
        return [len(split_sentences(p.text)) - 1 for p in cut_passages({"a": DOCUMENTS["a"]}, size)]

    assert parts(8) == [2, 1]  # two sentences of four words, one of three
    assert parts(7) == [1, 2]
    assert parts(6) == [1, 1, 1]


def test_a_document_of_one_line_is_a_passage() -> None:
    assert cut_passages({"one": "Only this."}, 10) == [Passage("one", "Only this.")]


def test_scores_are_those_of_the_formula() -> None:
    passages = [Passage("x", "red boat boat"), Passage("y", "blue train"), Passage("z", "red car")]
    index = BM25(passages, k1=1.2, b=0.75)
    rare = math.log(1 + (3 - 1 + 0.5) / (1 + 0.5))
    mean = (3 + 2 + 2) / 3
    expected = rare * 2 * 2.2 / (2 + 1.2 * (1 - 0.75 + 0.75 * 3 / mean))
    assert index.weights[0]["boat"] == pytest.approx(expected)
    assert BM25(passages).weights == index.weights  # what is usual is the default
    assert [passage.document for passage in index.search("a red boat", 3)] == ["x", "z"]
    assert index.search("submarine", 3) == []


def test_words_of_other_languages_are_found() -> None:
    assert split_terms("Überfahrten kosten 14 €") == ["überfa", "kosten", "14"]
    assert split_terms("Стоимость билета") == ["стоимо", "билета"]
    assert split_terms("運賃は") == ["運", "賃", "は"]


@pytest.mark.usefixtures("prepared")
def test_recall_is_worth_having(settings: Any) -> None:
    dev = PROJECT.load(settings, PREPARED).train
    index = BM25(cut_passages(dev.documents, 60))
    asked = [item for item in dev.items if item.kind == "answerable"]
    hits = [
        item.sources[0] in [passage.document for passage in index.search(item.question, 4)]
        for item in asked
    ]
    assert sum(hits) >= 0.8 * len(hits)
