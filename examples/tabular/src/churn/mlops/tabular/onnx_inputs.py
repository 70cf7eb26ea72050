"""The inputs of model.onnx: one for each feature, numbered, for names may hold any character."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

Feeds = dict[str, NDArray[np.float32] | NDArray[np.object_]]


def make_feeds(features: "pd.DataFrame") -> Feeds:
    """Returns one array of shape (n, 1) for each feature: float32, or text."""
    import pandas as pd

    is_number = np.array([pd.api.types.is_numeric_dtype(dtype) for dtype in features.dtypes])
    feeds: Feeds = {}
    for positions, dtype in [(is_number, np.float32), (~is_number, object)]:
        # Columns one after the other in memory: thousands of columns are sliced at once.
        block = np.asfortranarray(features.loc[:, positions].to_numpy(dtype))
        for place, number in enumerate(np.flatnonzero(positions).tolist()):
            feeds[input_name(number)] = block[:, place : place + 1]
    return feeds


def input_name(number: int) -> str:
    """Returns the name of the input for a feature."""
    return f"feature_{number}"
