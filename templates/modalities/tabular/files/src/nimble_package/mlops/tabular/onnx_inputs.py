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
    starts = sorted(int(name.removeprefix(PREFIX)) for name in inputs)
    ends = [*starts[1:], features.shape[1]]
    numbers = features.select_dtypes("number")
    texts = features.select_dtypes(exclude="number")
    all_numbers, all_texts = numbers.to_numpy(np.float32), texts.to_numpy(object)
    is_number = features.columns.isin(numbers.columns)
    positions = np.where(is_number, is_number.cumsum(), (~is_number).cumsum()) - 1
    feeds: Feeds = {}
    for start, end in zip(starts, ends, strict=True):
        first = positions[start]
        block = all_numbers if is_number[start] else all_texts
        feeds[input_name(start)] = block[:, first : first + end - start]
    return feeds


def input_name(start: int) -> str:
    """Returns the name of the input whose first feature has the position `start`."""
    return f"{PREFIX}{start}"
