"""Rows as numbers, whatever the model is: the embedding of a table."""

import zlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...features import make_features

if TYPE_CHECKING:
    import pandas as pd

    from ...predict import Model

OTHER_COLUMNS = 16  # of a category whose values the model does not list


def encode(model: "Model", rows: Sequence[Mapping[str, Any]]) -> NDArray[np.float32]:
    """Returns one row for each input, shape (n, width), without missing values.

    A number has a column for its value, 0 where it is missing, and one that says whether it is
    missing. A category has a column for each value that the model knows, or, for a model that does
    not list them, columns by checksum.
    """
    import pandas as pd

    table = pd.DataFrame(list(rows), dtype=object)
    features = make_features(table, model.kinds)
    parts: list[NDArray[Any]] = []
    for name in features:
        column = features[name]
        if np.issubdtype(column.dtype, np.number):
            parts.append(_encode_numbers(column))
        else:
            parts.append(_encode_category(column, model.categories.get(str(name), [])))
    return np.concatenate(parts, axis=1, dtype=np.float32)


def _encode_numbers(column: "pd.Series[Any]") -> NDArray[Any]:
    numbers = column.to_numpy(np.float32)
    is_known = np.isfinite(numbers)
    values = np.where(is_known, numbers, 0)
    return np.stack([values, ~is_known], axis=1)


def _encode_category(column: "pd.Series[Any]", known: Sequence[str]) -> NDArray[Any]:
    positions = {value: number for number, value in enumerate(known)}
    width = len(known) or OTHER_COLUMNS
    encoded = np.zeros((len(column), width), np.float32)
    for row, value in zip(encoded, column, strict=True):
        position = positions.get(value) if known else zlib.crc32(str(value).encode()) % width
        if position is not None:
            row[position] = 1
    return encoded
