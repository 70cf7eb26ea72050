"""Turns rows into the columns that the model reads: the same for training and prediction."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .mlops.errors import UserError, suggest
from .mlops.tabular.dates import parse_wall_clock
from .mlops.tabular.levels import to_levels

if TYPE_CHECKING:
    import pandas as pd

MISSING = "(missing)"


def add_columns(table: "pd.DataFrame") -> "pd.DataFrame":
    """Returns the table with columns computed from others of the same row: add yours here.

    Runs on the data and on files to predict, which lack the target.
    """
    return table


def make_features(rows: "pd.DataFrame", kinds: Mapping[str, str]) -> "pd.DataFrame":
    """Returns one column for a number or a category and five for a date.

    Numbers are float32 and NaN where they are missing; categories are text.
    Raises UserError when a column is missing or holds something else.
    """
    import pandas as pd

    features: dict[str, Any] = {}
    for name, kind in kinds.items():
        if name not in rows.columns:
            hint = suggest(name, rows.columns)
            raise UserError(f'the column "{name}" is missing. {hint}')
        column = rows[name]
        if kind == "number":
            features[name] = to_numbers(column)
        elif kind == "date":
            features.update(split_dates(column))
        else:
            features[name] = to_text(column)
    return pd.DataFrame(features, index=rows.index)


def to_numbers(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Returns float32; a text that is not a number is refused."""
    import pandas as pd

    if pd.api.types.is_numeric_dtype(column):
        return column.astype("float32")
    numbers = pd.to_numeric(column, errors="coerce")
    is_wrong = numbers.isna() & column.notna()
    if is_wrong.any():
        value = column[is_wrong].iloc[0]
        raise UserError(f'"{column.name}" has the value "{value}", which is not a number')
    return numbers.astype("float32")


def split_dates(column: "pd.Series[Any]") -> dict[str, "pd.Series[Any]"]:
    """Returns year, month, weekday, days since 1970 and hour, so that seasons and trends show."""
    import pandas as pd

    dates = parse_wall_clock(column).dt
    epoch = pd.Timestamp("1970-01-01")
    since_epoch = dates.normalize() - epoch
    minutes = dates.minute + dates.second / 60
    parts = {}
    parts["year"] = dates.year
    parts["month"] = dates.month
    parts["weekday"] = dates.day_of_week
    parts["days"] = since_epoch.dt.days
    parts["hour"] = dates.hour + minutes / 60
    features = {}
    for part, values in parts.items():
        features[f"{column.name} {part}"] = values.astype("float32")
    return features


def to_text(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Returns text; a missing value is a category of its own."""
    text = to_levels(column).astype(object)
    return text.where(column.notna(), MISSING)


def find_categories(features: "pd.DataFrame") -> list[int]:
    """Returns the positions of the features that are categories."""
    text = features.select_dtypes(exclude="number")
    positions: list[int] = features.columns.get_indexer(text.columns).tolist()
    return positions
