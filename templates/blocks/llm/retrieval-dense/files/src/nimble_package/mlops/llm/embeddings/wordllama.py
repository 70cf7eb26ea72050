"""Pretrained word vectors out of a Python package: uv sync --extra wordllama; no download.

The mean of the vectors of a text's pieces (github.com/dleemiller/WordLlama, 256 dimensions). The
package's files are read directly: its own loader looks for the tokenizer in another folder and
then asks the network.
"""

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np

from . import Array, Kind, data_folder


def fit(_: str, __: Sequence[str]) -> dict[str, Array]:
    """Nothing: it is fitted already."""
    return {}


def embed(_: str, __: dict[str, Array], texts: Sequence[str], ___: Kind) -> Array:
    """The mean of the vectors of each text's pieces."""
    tokenizer, vectors = _files()
    rows = [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
    empty = np.zeros(vectors.shape[1], dtype=np.float32)
    return np.array([vectors[ids].mean(axis=0) if ids else empty for ids in rows])


@cache
def _files() -> tuple[Any, Array]:
    folder = data_folder("wordllama")
    path = folder / "tokenizers" / "l2_supercat_tokenizer_config.json"
    tokenizer = import_module("tokenizers").Tokenizer.from_file(str(path))
    held = import_module("safetensors.numpy").load_file(
        folder / "weights" / "l2_supercat_256.safetensors"
    )
    return tokenizer, next(iter(held.values())).astype(np.float32)
