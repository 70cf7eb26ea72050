"""Ranks passages by BM25: exact, in memory, up to 100,000."""

import pkgutil
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from math import log
from pathlib import Path
from typing import Protocol, cast

from ..errors import UserError, suggest
from .passages import Passage, cut_passages, split_sentences
from .words import has_no_spaces, split_letters, split_words

__all__ = [  # what others need to search documents, cut and split included
    "BM25",
    "BuildRetriever",
    "Passage",
    "Retriever",
    "cut_passages",
    "find_retriever",
    "split_sentences",
    "split_terms",
]
LOADED_BY_NAME = ("retrievers",)  # for the key of a step, see step_key.py
TERM_LENGTH = 6  # letters that tell words apart in most languages
NGRAM = 3  # letters of the terms in scripts without spaces


class Retriever(Protocol):
    """Finds passages for a question: BM25 here, dense retrieval with the same method."""

    def search(self, question: str, k: int) -> list[Passage]:
        """Returns at most `k` passages, best first."""


# Makes a retriever for passages; the folder keeps an index, if there is one.
BuildRetriever = Callable[[Sequence[Passage], Path | None], Retriever]


def find_retriever(name: str) -> BuildRetriever:
    """Returns what builds a retriever: bm25, or `module:argument` of the subpackage retrievers."""
    if name == "bm25":
        return lambda passages, _: BM25(passages)
    kind, _, argument = name.partition(":")
    package = f"{__package__}.{LOADED_BY_NAME[0]}"
    path = import_module(package).__path__ if find_spec(package) else []
    known = [module.name for module in pkgutil.iter_modules(path)]
    if kind not in known:
        raise UserError(f'"{name}" is not a retriever. {suggest(name, ["bm25", *known])}')
    build = import_module(f"{package}.{kind}").build
    return cast(BuildRetriever, partial(build, argument))


def split_terms(text: str) -> list[str]:
    """Returns the first letters of the words, in lower case and without a plural s.

    Numbers and codes stay whole; where a script has no spaces between words, every three letters
    are a term.
    """
    terms = []
    for word in split_words(text):
        terms.extend(find_terms(word))
    return terms


def find_terms(word: str) -> list[str]:
    """Returns the terms of one word in lower case."""
    if any(character.isnumeric() for character in word):
        return [word]
    if has_no_spaces(word):
        return [word, *split_ngrams(word)]
    singular = word.rstrip("s") or word
    letters = split_letters(singular)
    return ["".join(letters[:TERM_LENGTH])]


def split_ngrams(word: str) -> list[str]:
    """Returns every NGRAM letters, with their marks, of a longer word."""
    letters = split_letters(word)
    if len(letters) <= NGRAM:
        return []
    starts = range(len(letters) - NGRAM + 1)
    return ["".join(letters[start : start + NGRAM]) for start in starts]


class BM25:
    """Robertson and Zaragoza (2009), with the usual k1 and b."""

    def __init__(self, passages: Sequence[Passage], k1: float = 1.2, b: float = 0.75) -> None:
        counts = [Counter(split_terms(passage.text)) for passage in passages]
        lengths = [count.total() for count in counts]
        mean_length = sum(lengths) / max(len(lengths), 1)
        document_frequency = Counter(term for count in counts for term in count)
        self.passages = passages
        self.weights: list[dict[str, float]] = []  # of each passage: term -> weight
        for count, length in zip(counts, lengths, strict=True):
            norm = k1 * (1 - b + b * length / mean_length)
            weights = {}
            for term, frequency in count.items():
                having = document_frequency[term]
                rarity = log(1 + (len(counts) - having + 0.5) / (having + 0.5))
                weights[term] = rarity * frequency * (k1 + 1) / (frequency + norm)
            self.weights.append(weights)

    def search(self, question: str, k: int) -> list[Passage]:
        """Returns the best passages, best first; each shares a term with the question."""
        scores = self.score(question)
        order = sorted(range(len(scores)), key=lambda index: -scores[index])
        return [self.passages[index] for index in order[:k] if scores[index] > 0]

    def score(self, question: str) -> list[float]:
        """Returns the score of every passage, in their order; 0: no term is shared."""
        terms = sorted(set(split_terms(question)))
        return [sum(weights.get(term, 0.0) for term in terms) for weights in self.weights]
