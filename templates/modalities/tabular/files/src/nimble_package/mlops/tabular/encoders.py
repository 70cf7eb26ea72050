"""The encoder of a model, where its first step is a ColumnTransformer: make_encoder's, or another.

A transformer of it names its columns by position or by name, as a list, a slice or a mask.
"""

from collections.abc import Iterable
from copy import copy
from typing import TYPE_CHECKING, Any

import numpy as np

from .estimators import list_steps

if TYPE_CHECKING:
    import pandas as pd


def find_positions(names: Iterable[Any], columns: Any) -> list[int]:
    """Returns the positions, among all names of columns, of those that a transformer names."""
    known = list(names)
    if isinstance(columns, str):
        return [known.index(columns)]
    if isinstance(columns, slice):
        columns = _number_slice(known, columns)
    elif np.size(columns) and isinstance(np.ravel(columns)[0], str):
        return [known.index(name) for name in columns]
    positions: list[int] = np.atleast_1d(np.arange(len(known))[columns]).tolist()
    return positions


def _number_slice(known: list[Any], columns: slice) -> slice:
    """A slice by names includes its last one."""
    start, stop = columns.start, columns.stop
    if isinstance(start, str):
        start = known.index(start)
    if isinstance(stop, str):
        stop = known.index(stop) + 1
    return slice(start, stop, columns.step)


def with_positions(model: Any, X: "pd.DataFrame") -> Any:
    """Returns a fitted model that has positions in place of names.

    The inputs of an ONNX file are runs of columns, which have no names.
    """
    steps = getattr(model, "steps", None)
    if steps is None:
        return _number(model, X)
    name, encoder = steps[0]
    copied = copy(model)
    copied.steps = [(name, _number(encoder, X)), *steps[1:]]
    return copied


def _number(encoder: Any, X: "pd.DataFrame") -> Any:
    if not hasattr(encoder, "transformers_"):
        return encoder
    copied = copy(encoder)
    copied.transformers_ = [
        (name, step, find_positions(X.columns, columns))
        for name, step, columns in encoder.transformers_
    ]
    return copied


def find_categories(model: Any, X: "pd.DataFrame") -> dict[str, list[str]]:
    """Returns the values of each category that the encoder knows; of other models, nothing."""
    import pandas as pd

    found: dict[str, list[str]] = {}
    encoder = list_steps(model)[0]
    for _, transformer, columns in getattr(encoder, "transformers_", []):
        values = getattr(list_steps(transformer)[-1], "categories_", [])
        positions = find_positions(X.columns, columns)
        if len(values) != len(positions):
            continue
        for position, known in zip(positions, values, strict=True):
            if not pd.api.types.is_numeric_dtype(X.dtypes.iloc[position]):
                found[str(X.columns[position])] = [str(value) for value in known]
    return found
