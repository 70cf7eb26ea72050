"""Exact search by vectors: the product of the question with every passage."""

import json
from collections.abc import Sequence
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile, ZipFile, ZipInfo

import numpy as np

from ....retrieval import Passage
from ...manifest import sha256
from ...settings import UserError
from ..embeddings import Array, Embedding, find

INDEX = "index.npz"
VERSION = 1  # of the file


class Dense:
    """Passages with their vectors."""

    def __init__(
        self, embedding: Embedding, passages: Sequence[Passage], arrays: dict[str, Array]
    ) -> None:
        self.embedding, self.passages = embedding, passages
        self.vectors = arrays["vectors"]
        self.kept = {name: array for name, array in arrays.items() if name != "vectors"}
        self._question = lru_cache(10_000)(self._embed)  # every bundle asks the same questions

    def rank(self, question: str) -> list[int]:
        """The passages' places, best first; equal ones in their order."""
        return [
            int(at) for at in np.argsort(-(self.vectors @ self._question(question)), kind="stable")
        ]

    def search(self, question: str, k: int) -> list[Passage]:
        """The k nearest passages, best first."""
        return [self.passages[at] for at in self.rank(question)[:k]]

    def _embed(self, question: str) -> Array:
        return np.asarray(self.embedding.rows(self.kept, [question], "query")[0])


def build(name: str, passages: Sequence[Passage], folder: Path | None) -> Dense:
    """The index in the folder, or a new one, which is then kept there."""
    embedding = find(name or "lsa")
    key = sha256(json.dumps([VERSION, embedding.name, passages]).encode())
    path = folder / INDEX if folder else None
    if path and path.is_file():
        arrays = read(path, key)
    else:
        texts = [passage.text for passage in passages]
        arrays = dict(embedding.fit(embedding.model, texts))
        arrays["vectors"] = embedding.rows(arrays, texts, "document")
        if path:
            write(path, key, arrays)
    return Dense(embedding, passages, arrays)


def write(path: Path, key: str, arrays: dict[str, Array]) -> None:
    """Equal arrays give equal bytes; np.savez writes others with another Python."""
    with ZipFile(path, "w") as file:
        for name, array in [*sorted(arrays.items()), ("key", np.array(key))]:
            np.save(content := BytesIO(), array, allow_pickle=False)
            file.writestr(ZipInfo(f"{name}.npy"), content.getvalue())


def read(path: Path, key: str) -> dict[str, Array]:
    """The arrays of an index, if it is that of these passages and this embedding."""
    try:
        with np.load(path, allow_pickle=False) as held:
            arrays = dict(held)
    except (OSError, ValueError, EOFError, BadZipFile) as error:
        raise UserError(f'"{path.as_posix()}" is damaged: {error}; train again') from None
    if str(arrays.pop("key", "")) != key:
        raise UserError(f'"{path.as_posix()}" is the index of other passages: train again')
    return arrays
