"""Vectors from the documents alone: no model, no download (Deerwester and others, 1990).

Words and the 3- and 4-letter pieces in them, weighted by how rare they are, reduced by singular
value decomposition. The pieces let words meet that share a stem; synonyms meet only if the
documents use them alike.
"""

from collections import Counter
from collections.abc import Sequence
from math import log

import numpy as np

from ....retrieval import terms
from . import Array, Kind

SIZE = 64  # dimensions: the best of 64, 128 on the handbook
FEATURES = 4096  # the most frequent ones; bounds time and memory on many documents


def fit(_: str, texts: Sequence[str]) -> dict[str, Array]:
    """The features, how rare each is, and the directions (features x dimensions)."""
    spread = Counter(feature for text in texts for feature in _count(text))
    chosen = sorted(spread, key=lambda feature: (-spread[feature], feature))[:FEATURES]
    rare = np.array([log((1 + len(texts)) / (1 + spread[feature])) + 1 for feature in chosen])
    kept = {"features": np.array(chosen or [""]), "rare": rare if chosen else np.ones(1)}
    table = _table(kept, texts)
    if len(texts) <= len(rare):
        directions = np.linalg.svd(table, full_matrices=False)[2][:SIZE].T
    else:  # the smaller square, so that memory does not grow with the documents
        directions = np.linalg.eigh(table.T @ table)[1][:, ::-1][:, :SIZE]
    return kept | {"directions": directions.astype(np.float32)}


def embed(_: str, kept: dict[str, Array], texts: Sequence[str], __: Kind) -> Array:
    """The texts in the directions that `fit` found."""
    return np.asarray(_table(kept, texts) @ kept["directions"])


def _table(kept: dict[str, Array], texts: Sequence[str]) -> Array:
    places = {str(feature): at for at, feature in enumerate(kept["features"])}
    table = np.zeros((len(texts), len(places)), dtype=np.float32)
    for row, text in zip(table, texts, strict=True):
        for feature, count in _count(text).items():
            if feature in places:
                row[places[feature]] = (1 + log(count)) * (0.5 if feature[0] == "#" else 1)
        row *= kept["rare"]
        row /= np.linalg.norm(row) or 1
    return table


def _count(text: str) -> Counter[str]:
    words = terms(text)
    pieces = [
        f"#{word[at : at + size]}"
        for word in (f"<{word}>" for word in words)
        for size in (3, 4)
        for at in range(len(word) - size + 1)
    ]
    return Counter(words + pieces)
