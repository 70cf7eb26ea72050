"""What the columns of a table are, and what is wrong with them, as readable messages."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...config import Config
from ..errors import suggest
from ..progress import track
from . import leaks, number_values, text_values
from .csv_table import LINE, NOTES, UNNAMED
from .csv_table import read as read_csv
from .dates import find_dates, find_times

if TYPE_CHECKING:
    import pandas as pd

MAX_NUMBER = 3.4e38  # the model reads 32-bit numbers
# A year first or last; neither an address such as 10.0.0.1 nor a version such as 1.2.3.
DATELIKE = (
    r"(?:\d{4}[./-]\d{1,2}[./-]\d{1,2}|\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2}))(?:[ T,_].*)?$"
)


def find_kinds(table: "pd.DataFrame", config: Config) -> dict[str, str]:
    """number, category or date for every column in use."""
    data = config.data
    unused = {data.target, data.id, data.group, *data.drop, find_row_number(table)}
    kinds = {}
    for name in table.columns:
        if name not in unused:
            is_code = name in data.categories
            kinds[str(name)] = "category" if is_code else find_kind(table[name])
    return kinds


def find_row_number(table: "pd.DataFrame") -> str:
    """Returns the first column when it has no name or only counts the rows, "" otherwise."""
    import pandas as pd

    name, column = str(table.columns[0]), table.iloc[:, 0]
    if name.startswith(UNNAMED):
        return name
    if len(table) < 3 or not pd.api.types.is_integer_dtype(column):
        return ""
    counts = bool((column.diff().iloc[1:] == 1).all())
    if not counts and pd.api.types.is_integer_dtype(table.index):
        counts = (column - table.index).nunique() == 1  # rows between were dropped
    return name if counts else ""


def find_notes(table: "pd.DataFrame", config: Config) -> list[str]:
    """Returns what a user should know about how the table was read, one sentence each."""
    notes = list(table.attrs.get(NOTES, []))
    for column, kind in find_kinds(table, config).items():
        if kind == "number":
            notes.extend(number_values.explain(table[column]))
        elif kind == "category":
            notes.extend(text_values.describe_twins(table[column]))
            if column not in config.data.categories:
                notes.extend(text_values.describe_few(table[column]))
    if config.task == "classification":
        notes.extend(text_values.describe_twins(table[config.data.target]))
    data, name = config.data, find_row_number(table)
    if not name or name in (data.target, data.id, data.group, *data.drop):
        return notes
    values = ", ".join(str(value) for value in table[name].head(3))
    what = "has no name in the header" if name.startswith(UNNAMED) else "only counts the rows"
    notes.append(
        f'"{name}", the first column, {what} ({values}, ...): it is not used as a feature; '
        "add_columns in features.py can copy it into one"
    )
    return notes


def find_kind(column: "pd.Series[Any]") -> str:
    """What its values are; text that reads as ISO dates is a date."""
    import pandas as pd

    if pd.api.types.is_datetime64_any_dtype(column):
        return "date"
    if pd.api.types.is_bool_dtype(column) or not pd.api.types.is_numeric_dtype(column):
        return "date" if _has_only_dates(column) else "category"
    return "number"


def _has_only_dates(column: "pd.Series[Any]") -> bool:
    """Whether there are values, and each is written as a date; each value is looked at once."""
    import pandas as pd

    try:
        known = column.dropna().unique()
    except TypeError:  # lists
        known = column.dropna().to_numpy()
    texts = [str(value) for value in known]
    if not texts or not all(text[:1].isdigit() for text in texts):
        return False
    return not _no_dates(pd.Series(texts, dtype=object)).any()


def find_problems(table: "pd.DataFrame", config: Config) -> list[str]:
    """Every reason not to train on this table; none when it is fine."""
    data, names, target = config.data, list(map(str, table.columns)), config.data.target
    wanted = {
        "target": [target],
        "id": [data.id],
        "group": [data.group],
        "time": [data.time],
        "drop": data.drop,
        "categories": data.categories,
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
    kinds = find_kinds(table, config)
    columns = track(list(kinds), "Checking columns")
    for name in columns:
        what = kinds[name]
        if name == data.time and table[name].nunique() < 2:
            continue  # the split says so
        is_code = name in data.categories
        problems = _column(table[name], what, table[target], is_code)
        found += [f'"{name}": {problem}' for problem in problems]
    if not kinds:
        found.append(
            f'there is no column to predict "{target}" from: add one, or shorten data.drop'
        )
    is_regression = config.task == "regression"
    found += leaks.find_copies(table, kinds, target, regression=is_regression)
    return found


def _target(column: "pd.Series[Any]", config: Config) -> Iterator[str]:
    """What is wrong with the column to predict."""
    yield from _missing_targets(column, config)
    numbers = find_kind(column) == "number"
    if config.task == "regression":
        yield from _regression_target(column, numbers)
        return
    counts = column.value_counts()
    if numbers and len(counts) > max(20, len(column) // 20):
        yield f'"{column.name}" has {len(counts)} different numbers: set task to regression?'
    elif len(counts) < 2:
        yield f'"{column.name}" has {len(counts)} class: at least 2 are required'
    blanks = text_values.find_twins([str(label) for label in counts.index], str.strip)
    for label, twin in blanks:
        yield f'"{column.name}": "{label}" and "{twin}" differ only by blanks: make one of them'
    for label, count in counts[counts < 2 * config.evaluate.folds].items():
        least = 2 * config.evaluate.folds
        yield f'"{column.name}": class "{label}" has {count} rows: at least {least} are required'


def _missing_targets(column: "pd.Series[Any]", config: Config) -> Iterator[str]:
    """Which rows lack the target, and what stands in the file there."""
    is_missing = column.isna()
    if not is_missing.any():
        return
    written = ""
    if config.data.source == "csv" and column.index.name == LINE:
        raw = read_csv(Path(config.data.path), codes=[config.data.target])
        texts = raw[config.data.target].reindex(column.index)
        written = next((text for text in texts[is_missing].dropna() if text.strip()), "")
    found = f'"{column.name}": {is_missing.sum()} rows lack the target ({locate(is_missing)})'
    if written:
        yield (
            f'{found}: the file has "{written}" there, which is read as a missing value; if it is '
            f'a class, add "{column.name}" to data.categories, else drop these rows in data.read'
        )
    else:
        yield f"{found}: fill them in, or drop these rows in data.read"


def _regression_target(column: "pd.Series[Any]", is_number: bool) -> Iterator[str]:
    """What is wrong with the values of a regression."""
    import numpy as np
    import pandas as pd

    if pd.api.types.is_bool_dtype(column):
        yield f'"{column.name}" is True or False: set task to classification'
    elif pd.api.types.is_datetime64_any_dtype(column):
        yield f'"{column.name}" has dates, but a regression needs numbers: compute one in data.read'
    elif not is_number:
        yield f'"{column.name}": a regression needs numbers; {_no_numbers(column)}'
    else:
        is_infinite = np.isinf(column.astype(float))
        if is_infinite.any():
            where = locate(is_infinite)
            yield f'"{column.name}": infinite targets ({where}): correct them, or drop these rows'
        elif column.nunique() == 1:
            value = column.dropna().iloc[0]
            yield f'"{column.name}": every row says {value}: there is nothing to predict'


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
        yield f'"{data.id}": data.id has to name every row ({locate(gaps)} has no value)'
    if data.time and not _has_dates(table[data.time]):
        yield f'"{data.time}": data.time needs a date like 2026-01-31 in every row'


def _count_groups(column: "pd.Series[Any]") -> int:
    """A row without a group is one of its own."""
    return int(column.nunique() + column.isna().sum())


def _has_dates(column: "pd.Series[Any]") -> bool:
    """Whether every row has a date, not just a time of the day."""
    is_complete = find_kind(column) == "date" and not column.isna().any()
    return bool(is_complete and not find_times(column.astype(str)).any())


def _column(
    column: "pd.Series[Any]", what: str, target: "pd.Series[Any]", is_code: bool
) -> Iterator[str]:
    """What is wrong with a column to predict from."""
    import numpy as np
    import pandas as pd

    known = column.dropna()
    if known.nunique() < 2 and len(known) == len(column):
        yield f"every row says {known.tolist()[0]!r}: add it to data.drop"
    elif known.empty:
        yield "no row has a value: add it to data.drop"
    elif known.nunique() == target.nunique() and (
        column.equals(target) or known.astype(str).equals(target.astype(str))
    ):
        yield "it says the target itself: add it to data.drop"
    if what == "number":
        sizes = np.abs(column.to_numpy(float, na_value=np.nan))
        is_endless = pd.Series(sizes > MAX_NUMBER, column.index)
        if np.isinf(sizes).any():
            yield f"infinite values ({locate(is_endless)}): leave the field empty"
        elif is_endless.any():
            yield f"numbers above {MAX_NUMBER:.1e} ({locate(is_endless)}): use another unit"
    if what == "category" and len(known) and not is_code:
        text = known.astype(str).astype(object)  # the type str parses a pattern at each use
        if text.str.match(DATELIKE).mean() > 0.8:
            odd = known[_no_dates(text)].head(1)
            where = f'"{odd.iloc[0]}" ({locate(column.isin(odd))})'
            yield f"it looks like dates, but {where} is not written like 2026-01-31"
        elif text_values.has_most_numbers(text):
            yield f"it looks like numbers, but {_no_numbers(known)}"
        elif reason := text_values.explain(text):
            is_first = pd.Series(known.index == known.index[0], known.index)
            where, advice = locate(is_first), text_values.advise(reason)
            yield f'{known.nunique()} {reason} such as "{text.iloc[0]}" ({where}): {advice}'
        elif known.nunique() > 100 and known.nunique() > len(known) / 2:
            yield (
                f'{known.nunique()} different texts such as "{text.iloc[0]}": an id or free text? '
                "Add it to data.drop"
            )


def _no_dates(text: "pd.Series[Any]") -> "pd.Series[bool]":
    return ~find_dates(text)


def _no_numbers(column: "pd.Series[Any]") -> str:
    import pandas as pd

    bad = column[column.notna() & pd.to_numeric(column, errors="coerce").isna()]
    first = bad.iloc[0] if len(bad) else column.iloc[0]
    where = locate(column.isin(bad))
    return f'{len(bad)} values are not numbers, the first "{first}" ({where})'


def locate(rows: "pd.Series[Any]") -> str:
    """`line 5, 9 and 3 more`: as an editor counts them; rows of a file that has no lines."""
    is_line = rows.index.name == LINE
    numbers = [str(int(index) + (0 if is_line else 1)) for index in rows.index[rows]]
    more = f" and {len(numbers) - 3} more" if len(numbers) > 3 else ""
    return f"{'line' if is_line else 'row'} {', '.join(numbers[:3])}{more}"
