"""What the columns of a table are, and what is wrong with them, as readable messages."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ...config import Config
from ..errors import suggest
from . import leaks
from .dates import find_dates, find_times

if TYPE_CHECKING:
    import pandas as pd

DATELIKE = r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}"


def find_kinds(table: "pd.DataFrame", config: Config) -> dict[str, str]:
    """number, category or date for every column in use."""
    unused = {config.data.target, config.data.id, config.data.group, *config.data.drop}
    return {str(name): find_kind(table[name]) for name in table.columns if name not in unused}


def find_kind(column: "pd.Series[Any]") -> str:
    """What its values are; text that reads as ISO dates is a date."""
    import pandas as pd

    if pd.api.types.is_datetime64_any_dtype(column):
        return "date"
    if pd.api.types.is_bool_dtype(column) or not pd.api.types.is_numeric_dtype(column):
        known = column.dropna().astype(str)
        return "category" if known.empty or _no_dates(known).any() else "date"
    return "number"


def find_problems(table: "pd.DataFrame", config: Config) -> list[str]:
    """Every reason not to train on this table; none when it is fine."""
    data, names, target = config.data, list(map(str, table.columns)), config.data.target
    wanted = {
        "target": [target],
        "id": [data.id],
        "group": [data.group],
        "time": [data.time],
        "drop": data.drop,
    }
    missing = [
        f'data.{key}: there is no column "{name}". {suggest(name, names)}'
        for key, given in wanted.items()
        for name in given
        if name not in names and (name or key == "target")
    ]
    if missing:
        return missing
    if len(table) < 30:
        return [f"the table has {len(table)} rows: at least 30 are required"]
    found = [*_target(table[target], config), *_split(table, config)]
    for name, what in find_kinds(table, config).items():
        if name == data.time and table[name].nunique() < 2:
            continue  # the split says so
        found += [f'"{name}": {problem}' for problem in _column(table[name], what, table[target])]
    kinds = find_kinds(table, config)
    is_regression = config.task == "regression"
    found += leaks.find_copies(table, kinds, target, regression=is_regression)
    return found


def _target(column: "pd.Series[Any]", config: Config) -> Iterator[str]:
    """What is wrong with the column to predict."""
    if gaps := column.isna().sum():
        yield f'"{column.name}": {gaps} rows lack the target ({_lines(column.isna())}): drop them'
    numbers = find_kind(column) == "number"
    if config.task == "regression":
        if not numbers:
            yield f'"{column.name}": a regression needs numbers; {_no_numbers(column)}'
        return
    counts = column.value_counts()
    if numbers and len(counts) > max(20, len(column) // 20):
        yield f'"{column.name}" has {len(counts)} different numbers: set task to regression?'
    elif len(counts) < 2:
        yield f'"{column.name}" has {len(counts)} class: at least 2 are required'
    for label, count in counts[counts < 2 * config.evaluate.folds].items():
        least = 2 * config.evaluate.folds
        yield f'"{column.name}": class "{label}" has {count} rows: at least {least} are required'


def _split(table: "pd.DataFrame", config: Config) -> Iterator[str]:
    """What is wrong with the way to the test split."""
    data, least = config.data, config.evaluate.folds + 1
    if not 0 < data.test_size < 1:
        yield f"data.test_size is {data.test_size}: it has to be between 0 and 1"
    if data.time and data.group:
        yield "data.time and data.group are both set: a split goes by one of them"
    elif data.group and (count := _count_groups(table[data.group])) < least:
        hint = "choose a finer column, or fewer folds (evaluate.folds, one more for the test split)"
        yield f'"{data.group}" has {count} groups: at least {least} are required; {hint}'
    if data.id and (gaps := table[data.id].isna()).any():
        yield f'"{data.id}": data.id has to name every row ({_lines(gaps)} has no value)'
    if data.time and not _has_dates(table[data.time]):
        yield f'"{data.time}": data.time needs a date like 2026-01-31 in every row'


def _count_groups(column: "pd.Series[Any]") -> int:
    """A row without a group is one of its own."""
    return int(column.nunique() + column.isna().sum())


def _has_dates(column: "pd.Series[Any]") -> bool:
    """Whether every row has a date, not just a time of the day."""
    is_complete = find_kind(column) == "date" and not column.isna().any()
    return bool(is_complete and not find_times(column.astype(str)).any())


def _column(column: "pd.Series[Any]", what: str, target: "pd.Series[Any]") -> Iterator[str]:
    """What is wrong with a column to predict from."""
    import numpy as np
    import pandas as pd

    known = column.dropna()
    if known.nunique() < 2 and len(known) == len(column):
        yield f"every row says {known.iloc[0]!r}: add it to data.drop"
    elif known.empty:
        yield "no row has a value: add it to data.drop"
    elif column.equals(target) or known.astype(str).equals(target.astype(str)):
        yield "it says the target itself: add it to data.drop"
    endless = what == "number" and np.isinf(column.to_numpy(float, na_value=np.nan))
    if np.any(endless):
        yield f"infinite values ({_lines(pd.Series(endless))}): leave the field empty"
    if what == "category" and len(known):
        text = known.astype(str)
        if text.str.match(DATELIKE).mean() > 0.8:
            odd = known[_no_dates(text)].head(1)
            where = f'"{odd.iloc[0]}" ({_lines(column.isin(odd))})'
            yield f"it looks like dates, but {where} is not written like 2026-01-31"
        elif pd.to_numeric(text, errors="coerce").notna().mean() > 0.8:
            yield f"it looks like numbers, but {_no_numbers(known)}"
        elif known.nunique() > 100 and known.nunique() > len(known) / 2:
            yield f"{known.nunique()} different texts: an id or free text? Add it to data.drop"


def _no_dates(text: "pd.Series[Any]") -> "pd.Series[bool]":
    return ~find_dates(text)


def _no_numbers(column: "pd.Series[Any]") -> str:
    import pandas as pd

    bad = column[column.notna() & pd.to_numeric(column, errors="coerce").isna()]
    first = bad.iloc[0] if len(bad) else column.iloc[0]
    return f'{len(bad)} values are none, the first "{first}" ({_lines(column.isin(bad))})'


def _lines(rows: "pd.Series[Any]") -> str:
    """`line 5, 9 and 3 more`: as an editor counts them, the header being line 1."""
    numbers = [str(int(index) + 2) for index in rows.index[rows]]
    more = f" and {len(numbers) - 3} more" if len(numbers) > 3 else ""
    return f"line {', '.join(numbers[:3])}{more}"
