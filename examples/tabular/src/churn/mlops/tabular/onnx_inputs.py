"""The inputs of model.onnx: one for each run of features of the same type, in their order.

One input for each feature would take a second for a single row of 2,000 columns. An input is named
by the number of its first feature, for names of columns may hold any character.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

Feeds = dict[str, NDArray[np.float32] | NDArray[np.object_]]
PREFIX = "feature_"


def find_starts(is_number: Sequence[bool]) -> list[int]:
    """Returns the positions at which a run of numbers, or of texts, begins."""
    numbers = range(len(is_number))
    return [n for n in numbers if n == 0 or is_number[n] != is_number[n - 1]]


def make_feeds(features: "pd.DataFrame", inputs: Sequence[str]) -> Feeds:
    """Returns an array for each input, shape (n, features of the run): float32, or text."""
    import pandas as pd

    starts = sorted(int(name.removeprefix(PREFIX)) for name in inputs)
    ends = [*starts[1:], features.shape[1]]
    feeds: Feeds = {}
    for start, end in zip(starts, ends, strict=True):
        part = features.iloc[:, start:end]
        is_number = pd.api.types.is_numeric_dtype(part.dtypes.iloc[0])
        feeds[input_name(start)] = part.to_numpy(np.float32 if is_number else object)
    return feeds


def input_name(start: int) -> str:
    """Returns the name of the input whose first feature has the position `start`."""
    return f"{PREFIX}{start}"
