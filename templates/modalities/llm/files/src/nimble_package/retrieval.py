"""Cuts documents into passages and ranks them by BM25: exact, in memory, fine below 100,000."""

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

from .mlops.settings import UserError, nearest

# Chinese and Japanese put no spaces between words, so there each sign counts as one.
TERM = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_]+")
SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=[\u3002\uff01\uff1f])|\n{2,}")


class Passage(NamedTuple):
    """A piece of a document, under the document's name."""

    document: str
    text: str


class Retriever(Protocol):
    """Whatever finds passages for a question: BM25 here, dense search in the same shape."""

    def search(self, question: str, k: int) -> list[Passage]: ...


Build = Callable[[Sequence[Passage], Path | None], Retriever]  # the folder keeps an index, if any


def find(name: str) -> Build:
    """The way to search of that name: bm25, or `module:argument` of the room `retrievers`."""
    kind, _, argument = name.partition(":")
    if name == "bm25":
        return lambda passages, _: BM25(passages)
    room = f"{__package__}.mlops.llm.retrievers"
    path = import_module(room).__path__ if find_spec(room) else []
    known = [module.name for module in pkgutil.iter_modules(path)]
    if kind not in known:
        raise UserError(f'"{name}" is no retriever. {nearest(name, ["bm25", *known])}')
    return cast(Build, partial(import_module(f"{room}.{kind}").build, argument))


def terms(text: str) -> list[str]:
    """Words without case and ending: in most languages six letters tell them apart."""
    words = TERM.findall(unicodedata.normalize("NFKC", text).casefold())
    return [(word.rstrip("s") or word)[:6] for word in words]


def sentences(text: str) -> list[str]:
    """The sentences of a text; a heading counts as one."""
    return [" ".join(part.split()) for part in SENTENCE.split(text) if part.strip("# \n")]


def cut(documents: Mapping[str, str], size: int) -> list[Passage]:
    """Passages of whole sentences, about `size` words each, under their document's first line."""
    passages: list[Passage] = []
    for name, text in documents.items():
        title, *rest = sentences(text)
        while rest or not passages or passages[-1].document != name:
            end = 1
            while end < len(rest) and len(" ".join(rest[: end + 1]).split()) <= size:
                end += 1
            passages.append(Passage(name, "\n\n".join([title, *rest[:end]])))
            rest = rest[end:]
    return passages


class BM25:
    """Robertson and Zaragoza (2009), with the usual k1 and b."""

    def __init__(self, passages: Sequence[Passage], k1: float = 1.2, b: float = 0.75) -> None:
        counts = [Counter(terms(passage.text)) for passage in passages]
        mean = sum(count.total() for count in counts) / max(len(counts), 1)
        spread = Counter(term for count in counts for term in count)
        self.passages, self.weights = passages, [dict[str, float]() for _ in passages]
        for count, weights in zip(counts, self.weights, strict=True):
            norm = k1 * (1 - b + b * count.total() / mean)
            for term, times in count.items():
                rare = log(1 + (len(counts) - spread[term] + 0.5) / (spread[term] + 0.5))
                weights[term] = rare * times * (k1 + 1) / (times + norm)

    def search(self, question: str, k: int) -> list[Passage]:
        """The best passages, best first; only such as share a word with the question."""
        words = sorted({*terms(question)})
        scores = [sum(weights.get(word, 0.0) for word in words) for weights in self.weights]
        best = sorted(range(len(scores)), key=lambda index: -scores[index])[:k]
        return [self.passages[index] for index in best if scores[index]]
