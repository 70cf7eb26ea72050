"""Cuts documents into passages and ranks them by BM25: exact, in memory, up to 100,000."""

import pkgutil
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from math import log
from pathlib import Path
from typing import NamedTuple, Protocol, cast

from ..errors import UserError, suggest

# Chinese and Japanese put no spaces between words, so there each character counts as a word.
TERM = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_]+")
SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=[\u3002\uff01\uff1f])|\n{2,}")
LOADED_BY_NAME = ("retrievers",)  # for the key of a step, see step_key.py
TERM_LENGTH = 6  # letters that tell words apart in most languages


class Passage(NamedTuple):
    """A part of a document, under the document's name."""

    document: str
    text: str


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
    """Returns the first letters of the words, in lower case and without a plural s."""
    normalised = unicodedata.normalize("NFKC", text).casefold()
    terms = []
    for word in TERM.findall(normalised):
        singular = word.rstrip("s") or word
        terms.append(singular[:TERM_LENGTH])
    return terms


def split_sentences(text: str) -> list[str]:
    """Returns the sentences of a text; a heading counts as one."""
    parts = SENTENCE.split(text)
    return [" ".join(part.split()) for part in parts if part.strip("# \n")]


def cut_passages(documents: Mapping[str, str], words: int) -> list[Passage]:
    """Returns passages of whole sentences, about `words` long, each under its document's title."""
    passages: list[Passage] = []
    for name, text in documents.items():
        title, *rest = split_sentences(text)
        if not rest:
            passages.append(Passage(name, title))
        while rest:
            count = _count_sentences(rest, words)
            passages.append(Passage(name, "\n\n".join([title, *rest[:count]])))
            rest = rest[count:]
    return passages


def _count_sentences(sentences: Sequence[str], words: int) -> int:
    """How many of the first sentences have at most so many words; at least one."""
    count = 1
    while count < len(sentences):
        length = len(" ".join(sentences[: count + 1]).split())
        if length > words:
            break
        count += 1
    return count


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
        terms = sorted(set(split_terms(question)))
        scores = [sum(weights.get(term, 0.0) for term in terms) for weights in self.weights]
        order = sorted(range(len(scores)), key=lambda index: -scores[index])
        return [self.passages[index] for index in order[:k] if scores[index] > 0]
