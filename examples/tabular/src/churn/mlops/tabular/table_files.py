"""Reads tables from CSV and Parquet files."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import UserError

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


def read_for_prediction(name: str, kinds: Mapping[str, str]) -> "pd.DataFrame":
    """Returns the rows of a file; columns that are not numbers are read as text."""
    import pandas as pd

    path = Path(name)
    text = {name: str for name, kind in kinds.items() if kind != "number"}
    try:
        if path.suffix == ".parquet":
            return pd.read_parquet(path)
        return pd.read_csv(path, dtype=text)
    except Exception as error:  # every reader of pandas has exceptions of its own
        raise UserError(f'"{path}" cannot be read as a table: {_one_line(error)}') from None


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
