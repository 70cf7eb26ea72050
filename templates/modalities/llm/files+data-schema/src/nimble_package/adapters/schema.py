"""The documents and the golden questions, as fields of data/schema.yaml."""

import unicodedata
from collections import Counter
from collections.abc import Iterable
from typing import Any

from .. import data
from ..config import Config

NOTICED = 0.005  # a script with a smaller share of the letters is a loan word or a name


def describe(config: Config) -> dict[str, dict[str, Any]]:
    """Rules for the documents and the questions."""
    splits = data.load(config)
    texts, items = list(splits.documents.values()), [*splits.dev, *splits.test]
    return {
        "document": {"kind": "text", "allowed": scripts(texts)},
        "letters in a document": between(map(len, texts)),
        "question": {"kind": "text", "allowed": scripts(item.question for item in items)},
        "letters in a question": between(len(item.question) for item in items),
        "kind of a question": {
            "kind": "category",
            "allowed": sorted({item.kind for item in items}),
        },
        "sources of a question": between(len(item.sources) for item in items),
        "facts of a question": between(len(item.facts) for item in items),
    }


def between(values: Iterable[int]) -> dict[str, Any]:
    """The rules for numbers."""
    known = list(values)
    return {"kind": "number", "least": min(known), "most": max(known)}


def scripts(texts: Iterable[str]) -> list[str]:
    """The scripts that these texts are written in, by the names of their letters in Unicode."""
    letters = Counter(letter for text in texts for letter in text if letter.isalpha())
    found, whole = Counter[str](), max(sum(letters.values()), 1)
    for letter, count in letters.items():
        found[unicodedata.name(letter, "UNKNOWN").partition(" ")[0].lower()] += count
    return sorted(script for script, count in found.items() if count / whole >= NOTICED)
