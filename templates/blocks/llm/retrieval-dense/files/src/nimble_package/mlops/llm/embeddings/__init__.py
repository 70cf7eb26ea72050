"""Texts as vectors: each module here with `fit` and `embed` is an embedding, named `module:model`.

`fit(model, texts)` gives what must be kept with an index (nothing for a pretrained one), and
`embed(model, kept, texts, kind)` one row of float32 a text; kind is "document" or "query".
"""

import pkgutil
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...settings import UserError, nearest

Array = NDArray[Any]
Kind = Literal["document", "query"]


class Embedding(NamedTuple):
    """A module that embeds, and which of its models."""

    name: str
    fit: Callable[[str, Sequence[str]], dict[str, Array]]
    embed: Callable[[str, dict[str, Array], Sequence[str], Kind], Array]

    @property
    def model(self) -> str:
        """What follows the name of the module."""
        return self.name.partition(":")[2]

    def rows(self, kept: dict[str, Array], texts: Sequence[str], kind: Kind) -> Array:
        """Unit vectors, so that a product is the cosine; a text without any word is 0."""
        found = self.embed(self.model, kept, texts, kind).astype(np.float32)
        length = np.linalg.norm(found, axis=1, keepdims=True)
        return np.asarray(found / np.where(length == 0, 1, length), dtype=np.float32)


def find(name: str) -> Embedding:
    """The embedding of that name, such as lsa or openai:text-embedding-3-small."""
    names = [module.name for module in pkgutil.iter_modules(__path__)]
    modules = {module: import_module(f".{module}", __name__) for module in names}
    known = {module: held for module, held in modules.items() if hasattr(held, "embed")}
    module = name.partition(":")[0]
    if module not in known:
        raise UserError(f'"{name}" is no embedding. {nearest(name, known)}')
    return Embedding(name, known[module].fit, known[module].embed)


def data_folder(package: str) -> Path:
    """Where an installed package keeps its files, found without importing it."""
    from importlib.util import find_spec

    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise UserError(f'"{package}" is not installed: run "uv sync --extra {package}"')
    return Path(spec.submodule_search_locations[0])
