"""Reads tables from CSV and Parquet files, for training and, with the same types, to predict."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import user_paths
from ..errors import UserError, suggest
from . import csv_table, parquet_table
from .columns import locate
from .dates import parse_wall_clock
from .levels import CODE, to_levels, warn_of_unknown

if TYPE_CHECKING:
    import pandas as pd

    from ...predict import Model

Types = Mapping[str, str]  # column -> number, bool, date, text or code (levels.py)
BOOLEANS = {"True": True, "False": False, "1": True, "0": False}


def read(path: Path, source: str, categories: Collection[str] = ()) -> "pd.DataFrame":
    """Returns the table in a file, `categories` as text; `source` is csv or parquet."""
    try:
        if source == "csv":
            return csv_table.read(path, codes=categories)
        table = parquet_table.read(path)
    except UserError:
        raise
    except FileNotFoundError:
        raise UserError(f'"{path}" is missing: put the file there, or set data.path') from None
    except Exception as error:  # every reader of pandas has exceptions of its own
        reason = _one_line(error)
        raise UserError(f'"{path}" cannot be read as a {source} file: {reason}') from None
    return as_text(table, categories)


def as_text(table: "pd.DataFrame", names: Collection[str]) -> "pd.DataFrame":
    """Returns the table with some columns as text."""
    texts = {name: to_levels(table[name]) for name in names if name in table}
    return table.assign(**texts) if texts else table


def read_for_prediction(
    name: str, model: "Model", add_columns: Callable[["pd.DataFrame"], "pd.DataFrame"]
) -> "pd.DataFrame":
    """Returns the rows of a file with the types of the training, and with added columns.

    Raises UserError when the file cannot be read, lacks a column or has a text for a number.
    """
    kinds = model.kinds
    known = known_types(model)
    table = _read_rows(name, known)
    if table.empty:
        raise UserError(f'"{name}" has no rows to predict for')
    for column, wanted in known.items():
        if column in table.columns:
            is_read = kinds.get(column) == wanted
            table[column] = cast(table[column], wanted, name if is_read else "")
    table = complete(name, table, kinds, add_columns)
    for column, kind in kinds.items():
        _refuse_wrong(table[column], kind, name)
    warn_of_unknown(name, table, model.categories)
    return table


def complete(
    name: str,
    table: "pd.DataFrame",
    kinds: Collection[str],
    add_columns: Callable[["pd.DataFrame"], "pd.DataFrame"],
) -> "pd.DataFrame":
    """Returns the rows with added columns; raises UserError when one of `kinds` is missing."""
    try:
        table = add_columns(table)
    except KeyError as error:
        raise UserError(
            f'"{name}" lacks the column {error}, which add_columns in features.py reads'
        ) from None
    except (TypeError, ValueError) as error:
        raise UserError(
            f'"{name}": add_columns in features.py does not accept these values: {_one_line(error)}'
        ) from None
    for column in kinds:
        if column not in table.columns:
            hint = suggest(column, table.columns)
            raise UserError(
                f'"{name}": the column "{column}" is missing. {hint} A column that is computed '
                "from others belongs into add_columns in features.py: prediction runs it too"
            )
    return table


def known_types(model: "Model") -> Types:
    """Returns the types of the columns in the training; an older model has only its texts."""
    texts = {column: "text" for column, kind in model.kinds.items() if kind != "number"}
    return model.types or texts


def _read_rows(name: str, types: Types) -> "pd.DataFrame":
    path = user_paths.find(name)
    with read_errors(name):
        if is_parquet(path):
            return parquet_table.read(path)
        texts = [column for column, wanted in types.items() if wanted == "text"]
        codes = [column for column, wanted in types.items() if wanted == CODE]
        numbers = [column for column, wanted in types.items() if wanted == "number"]
        return csv_table.read(path, texts, codes, numbers)


@contextmanager
def read_errors(name: str) -> Iterator[None]:
    """Turns what a reader raises into a UserError that names the file."""
    try:
        yield
    except (UserError, MemoryError):
        raise
    except FileNotFoundError:
        raise UserError(f'"{name}" is missing: name a CSV or Parquet file') from None
    except Exception as error:  # every reader of pandas has exceptions of its own
        raise UserError(f'"{name}" cannot be read as a table: {_one_line(error)}') from None


def is_parquet(path: Path) -> bool:
    """Whether a path is a Parquet file, or a folder with such files."""
    if path.is_dir():
        return True
    with path.open("rb") as file:
        return file.read(4) == b"PAR1"


def cast(column: "pd.Series[Any]", wanted: str, file: str) -> "pd.Series[Any]":
    """Returns a column with its type of the training; `file` is named where a number is none."""
    import pandas as pd

    if wanted == "date":
        if file:
            _refuse_wrong(column, "date", file)
        return parse_wall_clock(column)
    if wanted == "number":
        if pd.api.types.is_numeric_dtype(column):
            return column
        if file:
            _refuse_wrong(column, "number", file)
        numbers = pd.to_numeric(column, errors="coerce")
        return numbers if numbers.notna().equals(column.notna()) else column
    levels = to_levels(column)
    if wanted == "bool":
        booleans = levels.map(BOOLEANS)
        if booleans.notna().all():
            return booleans.astype(bool)
        return booleans.astype(object).where(booleans.notna(), levels)
    return levels


def find_wrong(column: "pd.Series[Any]", kind: str) -> tuple["pd.Series[bool]", str]:
    """Returns which values are no number or no date where the model reads one, and what they are.

    What is missing is not wrong.
    """
    import pandas as pd

    if kind == "number":
        understood = pd.to_numeric(column, errors="coerce")
        return understood.isna() & column.notna(), "not a number"
    if kind == "date":
        understood = parse_wall_clock(column)
        what = "not a date like 2026-01-31, or a time like 13:45"
        return understood.isna() & column.notna(), what
    return column.isna() & column.notna(), ""


def _refuse_wrong(column: "pd.Series[Any]", kind: str, file: str) -> None:
    """Raises UserError for a value that is not a number or not a date where the model reads one."""
    import pandas as pd

    if kind == "category" or (kind == "number" and pd.api.types.is_numeric_dtype(column)):
        return
    is_wrong, what = find_wrong(column, kind)
    if is_wrong.any():
        value, where = column[is_wrong].iloc[0], locate(is_wrong)
        raise UserError(f'"{file}": "{column.name}" has the value "{value}" ({where}): {what}')


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
