"""The numbers of a table: of columns of numbers, and in texts, decimals and among empty values."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..errors import UserError

if TYPE_CHECKING:
    import pandas as pd


def read_numbers(table: "pd.DataFrame") -> NDArray[np.float32]:
    """Returns the numbers of all columns, shape (rows, columns); NaN where a value is missing.

    Raises UserError for a value that is not a number.
    """
    import pandas as pd

    numbers = np.empty(table.shape, np.float32)
    is_number = np.array([pd.api.types.is_numeric_dtype(dtype) for dtype in table.dtypes], bool)
    typed = table.loc[:, is_number]
    others = table.loc[:, ~is_number]
    numbers[:, is_number] = typed.to_numpy(np.float32, na_value=np.nan)
    numbers[:, ~is_number] = parse_numbers(others)
    return numbers


def parse_numbers(table: "pd.DataFrame") -> NDArray[np.float32]:
    """Returns the numbers of columns of another type.

    The columns are read together: one row of 2,000 would take half a second one by one.
    """
    import pandas as pd

    values = table.to_numpy(object)
    parsed = pd.to_numeric(values.ravel(), errors="coerce")
    numbers = np.asarray(parsed, np.float64).reshape(values.shape)
    is_wrong = np.isnan(numbers) & ~pd.isna(values)
    if is_wrong.any():
        column = int(is_wrong.any(axis=0).argmax())
        row = int(is_wrong[:, column].argmax())
        name, value = table.columns[column], values[row, column]
        raise UserError(f'"{name}" has the value "{value}", which is not a number')
    with np.errstate(over="ignore"):  # as pandas casts: a larger number becomes infinite
        return numbers.astype(np.float32)
