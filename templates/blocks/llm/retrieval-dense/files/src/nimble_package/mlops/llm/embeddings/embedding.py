"""What an embedding is."""

from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Arrays = dict[str, Array]  # what is saved with an index, by name
Kind = Literal["document", "query"]
Fit = Callable[[str, Sequence[str]], Arrays]  # model, texts
Embed = Callable[[str, Arrays, Sequence[str], Kind], Array]  # model, what fit returned, texts


class Embedding(NamedTuple):
    """A module that embeds texts, and one of its models."""

    name: str  # module:model, or module
    fit: Fit  # nothing to fit for a pretrained model
    embed: Embed  # float32, shape (texts, dimensions)

    @property
    def model(self) -> str:
        """Returns what follows the name of the module."""
        return self.name.partition(":")[2]

    def vectors(self, fitted: Arrays, texts: Sequence[str], kind: Kind) -> Array:
        """Returns unit vectors, shape (texts, dimensions): a dot product is the cosine.

        A text without any known word is the zero vector.
        """
        found = self.embed(self.model, fitted, texts, kind).astype(np.float32)
        lengths = np.linalg.norm(found, axis=1, keepdims=True)
        lengths[lengths == 0] = 1
        return np.asarray(found / lengths, dtype=np.float32)


def fit_nothing(_model: str, _texts: Sequence[str]) -> Arrays:
    """Returns nothing: the model is trained already."""
    return {}
