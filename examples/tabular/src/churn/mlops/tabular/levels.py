"""The text of a category: the same, whatever the type of its column in a file."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

    from ...config import Config

CODE = "code"  # the type of the columns in data.categories: text in which "NA" is a value
MAX_COLUMNS = 3  # without a known value, of which the values are printed
MAX_NAMES = 20  # of the other columns
SPELLINGS = {"TRUE": "True", "true": "True", "FALSE": "False", "false": "False"}


def to_levels(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Returns a column as text; missing values stay missing."""
    values = column.astype(object)
    return values.map(write, na_action="ignore")


def write_all(values: NDArray[Any], missing: str) -> NDArray[Any]:
    """Returns values as text, in their shape; `missing` for those that are missing."""
    import pandas as pd

    is_known = ~pd.isna(values)
    known = [write(value) for value in values[is_known]]
    texts = np.full(values.shape, missing, object)
    texts[is_known] = np.array(known, object)
    return texts


def write(value: Any) -> str:
    """Returns one value as text: 3.0 as "3", TRUE as "True"."""
    if isinstance(value, (float, np.floating, Decimal)) and value == value // 1:
        return str(int(value))
    text = str(value)
    return SPELLINGS.get(text, text)


def find_types(table: "pd.DataFrame", config: "Config") -> dict[str, str]:
    """Returns number, bool, date, text or code for each column: so predictions read it."""
    types = {}
    for name in table.columns:
        types[str(name)] = CODE if name in config.data.categories else _find_type(table[name])
    return types


def _find_type(column: "pd.Series[Any]") -> str:
    import pandas as pd

    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return "text"  # features.py makes UTC of it
    if pd.api.types.is_datetime64_any_dtype(column):
        return "date"
    if pd.api.types.infer_dtype(column, skipna=True) == "boolean":
        return "bool"
    return "number" if pd.api.types.is_numeric_dtype(column) else "text"


def warn_of_unknown(
    file: str, table: "pd.DataFrame", categories: Mapping[str, Sequence[str]]
) -> None:
    """Prints to standard error which columns have no value that the model has a column for."""
    unknown = {}
    for name, known in categories.items():
        values = table[name].dropna().unique()
        levels = [write(value) for value in values]
        if levels and known and set(known).isdisjoint(levels):
            unknown[name] = levels[:3]
    print_unknown(file, unknown, categories)


def print_unknown(
    file: str, unknown: Mapping[str, Iterable[str]], categories: Mapping[str, Sequence[str]]
) -> None:
    """Prints the first columns of `unknown` with their values, and the names of the others."""
    for name, levels in list(unknown.items())[:MAX_COLUMNS]:
        print(describe_unknown(file, name, levels, categories[name]), file=sys.stderr)
    if len(unknown) > MAX_COLUMNS:
        others = ", ".join(f'"{name}"' for name in list(unknown)[MAX_COLUMNS:][:MAX_NAMES])
        rest = len(unknown) - MAX_COLUMNS
        print(f'"{file}": so have {rest} more columns: {others}', file=sys.stderr)


def describe_unknown(file: str, name: str, values: Iterable[str], known: Sequence[str]) -> str:
    """Returns that a column has none of the values that the model has a column for."""
    seen = ", ".join(f'"{value}"' for value in values)
    expected = ", ".join(f'"{value}"' for value in known[:5])
    return (
        f'"{file}": no row has a value of "{name}" that the model distinguishes: it has '
        f"{seen}, the model knows {expected}. The predictions are made as if it were unknown."
    )
