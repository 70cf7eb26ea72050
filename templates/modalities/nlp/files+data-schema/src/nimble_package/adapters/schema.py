"""The prepared texts and their labels, as fields of data/schema.yaml."""

import unicodedata
from collections import Counter
from collections.abc import Iterable
from typing import Any

from .. import data
from ..config import Config

NOTICED = 0.005  # a script with a smaller share of the letters is a loan word or a name


def describe(config: Config) -> dict[str, dict[str, Any]]:
    """Rules for the texts and for their labels, as all splits together are."""
    splits = data.load(config)
    lengths = [len(text) for text in splits.texts]
    counts = Counter(splits.labels.tolist())
    return {
        "text": {"kind": "text", "allowed": scripts(splits.texts)},
        "letters in a text": {"kind": "number", "least": min(lengths), "most": max(lengths)},
        "label": {"kind": "category", "allowed": list(splits.classes)},
        "share of the rarest label": {
            "kind": "number",
            "least": round(min(counts.values()) / len(lengths) * 0.5, 4),  # half of what it is
        },
    }


def scripts(texts: Iterable[str]) -> list[str]:
    """The scripts that these texts are written in, by the names of their letters in Unicode."""
    letters = Counter(letter for text in texts for letter in text if letter.isalpha())
    found, whole = Counter[str](), max(sum(letters.values()), 1)
    for letter, count in letters.items():
        found[unicodedata.name(letter, "UNKNOWN").partition(" ")[0].lower()] += count
    return sorted(script for script, count in found.items() if count / whole >= NOTICED)
