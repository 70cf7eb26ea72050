"""Exact search by vectors: the cosine of the question and every passage."""

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from ...files import sha256
from ..embeddings import Array, Arrays, Embedding, find_embedding, index_file
from ..retrieval import Passage

VERSION = 1  # of the index
DEFAULT_EMBEDDING = "lsa"
CACHED_QUESTIONS = 10_000  # a training asks every bundle the same questions


class Dense:
    """Passages with their vectors."""

    def __init__(self, embedding: Embedding, passages: Sequence[Passage], arrays: Arrays) -> None:
        """`arrays` has the vectors, shape (passages, dimensions), and what was fitted."""
        self.embedding = embedding
        self.passages = passages
        self.vectors = arrays["vectors"]
        self.fitted = {name: array for name, array in arrays.items() if name != "vectors"}
        self._cached_embed = lru_cache(CACHED_QUESTIONS)(self._embed)

    def rank(self, question: str) -> list[int]:
        """Returns the numbers of all passages, best first; equal ones in their order."""
        cosines = self.vectors @ self._cached_embed(question)
        order = np.argsort(-cosines, kind="stable")
        return [int(number) for number in order]

    def search(self, question: str, k: int) -> list[Passage]:
        """Returns the k nearest passages, best first."""
        return [self.passages[number] for number in self.rank(question)[:k]]

    def embed(self, questions: Sequence[str]) -> Array:
        """Returns the vectors of questions, shape (questions, dimensions)."""
        return self.embedding.vectors(self.fitted, questions, "query")

    def _embed(self, question: str) -> Array:
        vectors = self.embedding.vectors(self.fitted, [question], "query")
        return np.asarray(vectors[0])


def build(name: str, passages: Sequence[Passage], folder: Path | None) -> Dense:
    """Returns the index in the folder, or a new one, which is then saved there."""
    embedding = find_embedding(name or DEFAULT_EMBEDDING)
    content = json.dumps([VERSION, embedding.name, passages])
    key = sha256(content.encode())
    path = folder / index_file.INDEX if folder else None
    if path and path.is_file():
        return Dense(embedding, passages, index_file.read(path, key))
    texts = [passage.text for passage in passages]
    arrays = dict(embedding.fit(embedding.model, texts))
    arrays["vectors"] = embedding.vectors(arrays, texts, "document")
    if path:
        index_file.write(path, key, arrays)
    return Dense(embedding, passages, arrays)
