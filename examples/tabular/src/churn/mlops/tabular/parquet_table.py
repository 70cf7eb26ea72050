"""Reads a Parquet file with the types that a CSV file has: numbers, dates, booleans, text."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .csv_table import NOTES
from .levels import to_levels

if TYPE_CHECKING:
    import pandas as pd


def read(path: Path) -> "pd.DataFrame":
    """Returns the table in a file; an index that has a name becomes its first columns."""
    import pandas as pd

    return simplify_table(pd.read_parquet(path))


def simplify_table(table: "pd.DataFrame") -> "pd.DataFrame":
    """Returns a table of pandas with the types that a CSV file has."""
    import pandas as pd

    has_index = any(name is not None for name in table.index.names)
    table = table.reset_index(drop=not has_index).rename(columns=str)
    notes: list[str] = []
    columns = {name: simplify(table[name], notes) for name in table.columns}
    simple = pd.DataFrame(columns, index=table.index)
    simple.attrs[NOTES] = notes
    return simple


def simplify(column: "pd.Series[Any]", notes: list[str]) -> "pd.Series[Any]":
    """Returns a column as numbers, dates, booleans or text, whatever its type in the file."""
    import pandas as pd

    types = pd.api.types
    if isinstance(column.dtype, pd.CategoricalDtype):
        return to_levels(column)
    if types.is_timedelta64_dtype(column):
        notes.append(f'"{column.name}" has durations: they are read as seconds')
        return column.dt.total_seconds()
    if types.is_bool_dtype(column) or types.is_datetime64_any_dtype(column):
        return column.astype(object) if column.hasnans else _without_extension(column)
    if types.is_numeric_dtype(column):
        return _without_extension(column)
    return _simplify_objects(column, notes)


def _without_extension(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Returns nullable numbers as NumPy has them: with NaN for what is missing."""
    import pandas as pd

    if not pd.api.types.is_extension_array_dtype(column):
        return column
    if pd.api.types.is_datetime64_any_dtype(column):
        return column
    if pd.api.types.is_bool_dtype(column):
        return column.astype(bool)
    if not column.hasnans:
        return column.astype(column.dtype.type)
    return column.astype(float)


def _simplify_objects(column: "pd.Series[Any]", notes: list[str]) -> "pd.Series[Any]":
    import pandas as pd

    found = pd.api.types.infer_dtype(column, skipna=True)
    if found in ("decimal", "integer", "floating", "mixed-integer-float"):
        return column.astype(float)
    if found in ("date", "datetime"):
        dates = pd.to_datetime(column, errors="coerce", utc=found == "datetime")
        return dates if dates.isna().sum() == column.isna().sum() else to_levels(column)
    if found in ("string", "empty", "boolean"):
        return column
    text = column.map(_write_json, na_action="ignore")
    nested = column[text != column.map(str)]
    if found.startswith("mixed") and len(nested):
        notes.append(f'"{column.name}" has lists or structures: they are read as text')
    return text


def _write_json(value: Any) -> str:
    """Returns lists, arrays and structures as JSON, other values as text."""
    if isinstance(value, bytes):
        return value.decode(errors="backslashreplace")
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, (list, tuple, dict)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)
