"""The inputs of model.onnx: one for each feature, numbered, for names may hold any character."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

Feeds = dict[str, NDArray[np.float32] | NDArray[np.object_]]


def make_feeds(features: "pd.DataFrame") -> Feeds:
    """Returns one array of shape (n, 1) for each feature: float32, or text."""
    feeds: Feeds = {}
    for number in range(features.shape[1]):
        column = features.iloc[:, [number]]
        is_number = np.issubdtype(column.dtypes.iloc[0], np.number)
        dtype = np.float32 if is_number else object
        feeds[input_name(number)] = column.to_numpy(dtype)
    return feeds


def input_name(number: int) -> str:
    """Returns the name of the input for a feature."""
    return f"feature_{number}"
