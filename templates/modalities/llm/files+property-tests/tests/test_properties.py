"""What is true of every document and question, tried on made-up ones, always the same."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nimble_package.metrics import grade
from nimble_package.mlops.llm.golden_set import Item, has_fact, normalise
from nimble_package.mlops.llm.line_blocks import NO_BLOCK, read_blocks
from nimble_package.mlops.llm.retrieval import (
    BM25,
    Passage,
    cut_passages,
    split_sentences,
    split_terms,
)

steady = settings(max_examples=60, deadline=None, derandomize=True, database=None)

ALPHABET = "abcdefghij ÄäßЖжéñ運賃は.!?。\n#0123456789,€"
TEXTS = st.text(ALPHABET, max_size=120)
NOUNS = ["boat", "train", "dog", "bell", "lake", "moon", "coal", "rain"]
WORDS = st.lists(st.sampled_from(NOUNS), min_size=1)
NAMES = st.text("abc", min_size=1, max_size=3)
LINES = st.sampled_from(["One.", "Two words.", "Here are four words.", "Zażółć gęślą jaźń!"])


def is_prose(text: str) -> bool:
    """Whether a text has sentences only; tests/machinery/test_passages.py has the tables."""
    blocks = {id(block) for block, _ in read_blocks(text)}
    return bool(split_sentences(text)) and blocks <= {id(NO_BLOCK)}


PAGES = st.one_of(TEXTS.filter(is_prose), st.lists(LINES, min_size=1, max_size=12).map(" ".join))
DOCUMENTS = st.dictionaries(NAMES, PAGES, min_size=1, max_size=4)


@steady
@given(DOCUMENTS, st.integers(1, 40))
def test_cutting_loses_and_invents_no_sentence(documents: dict[str, str], size: int) -> None:
    passages = cut_passages(documents, size)
    assert {passage.document for passage in passages} == documents.keys()
    for name, text in documents.items():
        title, *rest = split_sentences(text)
        mine = [passage.text.split("\n\n") for passage in passages if passage.document == name]
        assert all(part[0] == title for part in mine)
        assert [line for part in mine for line in part[1:]] == rest


@steady
@given(DOCUMENTS, st.integers(1, 40))
def test_a_passage_is_longer_than_its_size_only_for_one_long_sentence(
    documents: dict[str, str], size: int
) -> None:
    for passage in cut_passages(documents, size):
        lines = passage.text.split("\n\n")[1:]
        assert len(lines) <= 1 or len(" ".join(lines).split()) <= size


@steady
@given(TEXTS)
def test_terms_do_not_depend_on_case_and_are_short(text: str) -> None:
    assert split_terms(text.upper()) == split_terms(text.lower()) == split_terms(text)
    words = [word for word in split_terms(text) if word.isalpha()]
    assert all(0 < len(word) <= 6 for word in words)


@steady
@given(st.text("0123456789abcxyz", min_size=1, max_size=20).map(lambda code: f"{code}7"))
def test_a_number_or_a_code_is_one_whole_term(code: str) -> None:
    assert split_terms(f"about {code.upper()}.") == ["about", code]


def index(texts: list[list[str]]) -> BM25:
    return BM25([Passage(str(at), " ".join(words)) for at, words in enumerate(texts)])


@steady
@given(st.lists(WORDS, min_size=1, max_size=6), WORDS, st.randoms())
def test_ranking_does_not_depend_on_the_order_of_documents(
    texts: list[list[str]], question: list[str], draw: Any
) -> None:
    first = index(texts)
    order = list(range(len(texts)))
    draw.shuffle(order)
    mixed = BM25([first.passages[at] for at in order])
    asked = " ".join(question)
    one, two = first.search(asked, 9), mixed.search(asked, 9)
    assert sorted(one) == sorted(two)
    assert [p.text for p in one] == [p.text for p in two] or _tied(first, asked)


def _tied(ranks: BM25, question: str) -> bool:
    words = {*split_terms(question)}
    points = [round(sum(row.get(word, 0.0) for word in words), 9) for row in ranks.weights]
    return len(set(points)) < len(points)


@steady
@given(st.lists(WORDS, min_size=1, max_size=6), WORDS)
def test_what_is_found_shares_a_word_and_everything_that_does_is_found(
    texts: list[list[str]], question: list[str]
) -> None:
    found = {passage.document for passage in index(texts).search(" ".join(question), len(texts))}
    asked = {*question}
    assert found == {str(at) for at, words in enumerate(texts) if asked & {*words}}


@steady
@given(WORDS, st.sampled_from(["boat", "train"]), st.integers(1, 5))
def test_a_word_more_of_the_question_never_ranks_a_passage_lower(
    words: list[str], wanted: str, more: int
) -> None:
    fewer = [*words, wanted, *["filler"] * more]
    richer = [*words, wanted, *[wanted] * more]  # as long, so that only the word counts
    best = index([fewer, richer]).search(wanted, 2)
    assert best[0].document == "1"


FACTS = st.lists(st.sampled_from(["3 euros|€3", "4.2 metres", "no vehicles"]), min_size=1)
SOURCES = st.lists(st.sampled_from(["pets", "fares", "moon"]), max_size=4)


@steady
@given(FACTS, SOURCES, TEXTS, SOURCES, st.booleans())
def test_a_grade_is_a_share_and_the_perfect_answer_gets_all_of_it(
    facts: list[str], sources: list[str], answer: str, cited: list[str], answered: bool
) -> None:
    expected = (tuple(facts), tuple(sources)) if sources else ((), ())
    item = Item("q", "dev", "answerable" if sources else "unanswerable", "?", *expected)
    reply = {"answer": answer, "sources": cited, "answered": answered}
    assert 0.0 <= grade(item, reply, 60) <= 1.0
    answer = " ".join(fact.split("|")[0] for fact in facts)
    best = {"answer": answer, "sources": sources, "answered": bool(sources)}
    assert grade(item, best, 60) == pytest.approx(1.0)


@steady
@given(TEXTS, TEXTS.filter(normalise), TEXTS)
def test_a_fact_is_found_in_every_text_around_it(before: str, fact: str, after: str) -> None:
    fact = fact.replace("|", "")
    assert has_fact(f"{before} {fact} {after}", fact)
