"""Pretrained word vectors in a Python package: uv sync --extra wordllama; no download.

The vector of a text is the mean of its tokens' vectors (github.com/dleemiller/WordLlama, 256
dimensions). The package's files are read directly: its own loader looks for the tokenizer in
another folder and then asks the network.
"""

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import UserError
from .embedding import Array, Arrays, Kind

PACKAGE = "wordllama"
TOKENIZER = "tokenizers/l2_supercat_tokenizer_config.json"
WEIGHTS = "weights/l2_supercat_256.safetensors"


def embed(_model: str, _fitted: Arrays, texts: Sequence[str], _kind: Kind) -> Array:
    """Returns the mean vector of each text, shape (texts, 256); zeros for one without tokens."""
    tokenizer, vectors = load_files()
    found = np.zeros((len(texts), vectors.shape[1]), dtype=np.float32)
    for row, text in zip(found, texts, strict=True):
        tokens = tokenizer.encode(text, add_special_tokens=False).ids
        if tokens:
            row[:] = vectors[tokens].mean(axis=0)
    return found


@cache
def load_files() -> tuple[Any, Array]:
    """Returns the tokenizer, and the vectors of its tokens."""
    folder = find_folder()
    tokenizer = import_module("tokenizers").Tokenizer.from_file(str(folder / TOKENIZER))
    weights = import_module("safetensors.numpy").load_file(folder / WEIGHTS)
    vectors = next(iter(weights.values()))
    return tokenizer, vectors.astype(np.float32)


def find_folder() -> Path:
    """Returns the folder of the installed package, without importing it."""
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise UserError(f'"{PACKAGE}" is not installed: run "uv sync --extra {PACKAGE}"')
    return Path(spec.submodule_search_locations[0])
