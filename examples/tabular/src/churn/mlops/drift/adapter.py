"""What drift must know about a modality: `adapters/drift.py` fills in one `Adapter`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic

import numpy as np
from numpy.typing import NDArray

from ..project import ConfigT, InputT, ModelT
from .sample import Column

Facts = Mapping[str, Any]  # as JSON


@dataclass(frozen=True)
class Adapter(Generic[ConfigT, InputT, ModelT]):
    """The features of inputs; the embedding comes from `PROJECT.embed`."""

    columns: Callable[[ModelT, Sequence[InputT], Facts], Mapping[str, Column]]
    """Returns a column with one row for each input. It gets what `learn` returned."""

    embeds: bool = True
    """Whether the embedding is tested too; False where it only repeats the columns."""

    learn: Callable[[ModelT, Sequence[InputT]], Facts] | None = None
    """Returns what the columns need of the training data, such as its words. It gets one half of
    the inputs, and the reference is made of the other half: else nothing would be new there."""

    weekdays: Callable[[ConfigT, ModelT, Sequence[InputT]], NDArray[np.int64] | None] | None = None
    """Returns 0 (Monday) to 6 for each input, -1 where it is unknown; None: there are no dates."""
