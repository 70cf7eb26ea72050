"""Reads tables from CSV and Parquet files."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from .. import user_paths
from ..errors import UserError, suggest

if TYPE_CHECKING:
    import pandas as pd


def read(path: Path, source: str) -> "pd.DataFrame":
    """Returns the table in a file; `source` is csv or parquet."""
    import pandas as pd

    try:
        if source == "csv":
            return pd.read_csv(path, low_memory=False)
        table = pd.read_parquet(path)
    except FileNotFoundError:
        raise UserError(f'"{path}" is missing: put the file there, or set data.path') from None
    except Exception as error:  # every reader of pandas has exceptions of its own
        reason = _one_line(error)
        raise UserError(f'"{path}" cannot be read as a {source} file: {reason}') from None
    has_index = table.index.name is not None
    return table.reset_index(drop=not has_index).rename(columns=str)


def read_for_prediction(
    name: str,
    kinds: Mapping[str, str],
    add_columns: Callable[["pd.DataFrame"], "pd.DataFrame"],
) -> "pd.DataFrame":
    """Returns the rows of a file, with added columns; all but numbers are read as text.

    Raises UserError when the file cannot be read or lacks a column.
    """
    table = _read_rows(user_paths.find(name), kinds)
    try:
        table = add_columns(table)
    except KeyError as error:
        raise UserError(
            f'"{name}" lacks the column {error}, which add_columns in features.py reads'
        ) from None
    for column in kinds:
        if column not in table.columns:
            hint = suggest(column, table.columns)
            raise UserError(
                f'"{name}": the column "{column}" is missing. {hint} A column that is computed '
                "from others belongs into add_columns in features.py: prediction runs it too"
            )
    return table


def _read_rows(path: Path, kinds: Mapping[str, str]) -> "pd.DataFrame":
    import pandas as pd

    text = {name: str for name, kind in kinds.items() if kind != "number"}
    try:
        if path.suffix == ".parquet":
            return pd.read_parquet(path)
        return pd.read_csv(path, dtype=text)
    except Exception as error:  # every reader of pandas has exceptions of its own
        raise UserError(f'"{path}" cannot be read as a table: {_one_line(error)}') from None


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
