"""Vectors from the documents alone: latent semantic analysis (Deerwester and others, 1990).

Words and the pieces of 3 and 4 letters in them, weighted by how rare they are, reduced by singular
value decomposition. Words with the same stem share pieces; synonyms come close only if the
documents use them alike. numpy is enough, so `predict` needs no further package.
"""

from collections import Counter
from collections.abc import Sequence
from math import log

import numpy as np

from ..retrieval import split_terms
from .embedding import Array, Arrays, Kind

DIMENSIONS = 64  # better than 128 on the built-in handbook
MAX_FEATURES = 4096  # the most frequent ones; limits time and memory
PIECE_LENGTHS = (3, 4)
PIECE_MARK = "#"  # in front of a feature that is a piece of a word
PIECE_WEIGHT = 0.5  # compared with a whole word


def fit(_model: str, texts: Sequence[str]) -> Arrays:
    """Returns features, the rarity of each, and the directions (features, dimensions)."""
    frequency: Counter[str] = Counter()  # in how many texts a feature is
    for text in texts:
        frequency.update(set(list_features(text)))
    ranked = sorted(frequency, key=lambda feature: (-frequency[feature], feature))
    features = ranked[:MAX_FEATURES] or [""]
    rarity = [log((1 + len(texts)) / (1 + frequency[feature])) + 1 for feature in features]
    fitted = {"features": np.array(features), "rarity": np.array(rarity)}
    table = weigh_features(fitted, texts)
    if len(texts) <= len(features):
        _, _, rows = np.linalg.svd(table, full_matrices=False)
        directions = rows[:DIMENSIONS].T
    else:  # the square of the features, so that memory does not grow with the texts
        _, columns = np.linalg.eigh(table.T @ table)  # the largest direction is last
        directions = columns[:, ::-1][:, :DIMENSIONS]
    fitted["directions"] = directions.astype(np.float32)
    return fitted


def embed(_model: str, fitted: Arrays, texts: Sequence[str], _kind: Kind) -> Array:
    """Returns the texts in the directions that `fit` found, shape (texts, dimensions)."""
    table = weigh_features(fitted, texts)
    return np.asarray(table @ fitted["directions"])


def weigh_features(fitted: Arrays, texts: Sequence[str]) -> Array:
    """Returns the weight of each feature in each text, shape (texts, features), in unit rows."""
    columns = {str(feature): column for column, feature in enumerate(fitted["features"])}
    table = np.zeros((len(texts), len(columns)), dtype=np.float32)
    for row, text in zip(table, texts, strict=True):
        counts = Counter(list_features(text))
        for feature, count in counts.items():
            if feature in columns:
                weight = PIECE_WEIGHT if feature.startswith(PIECE_MARK) else 1.0
                row[columns[feature]] = (1 + log(count)) * weight
        row *= fitted["rarity"]
        row /= np.linalg.norm(row) or 1
    return table


def list_features(text: str) -> list[str]:
    """Returns the words of a text and the pieces of each word."""
    words = split_terms(text)
    features = list(words)
    for word in words:
        features.extend(list_pieces(f"<{word}>"))
    return features


def list_pieces(word: str) -> list[str]:
    """Returns every piece of 3 and 4 letters."""
    pieces = []
    for length in PIECE_LENGTHS:
        for start in range(len(word) - length + 1):
            piece = word[start : start + length]
            pieces.append(PIECE_MARK + piece)
    return pieces
