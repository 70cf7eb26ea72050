"""Turns rows into the columns that the model reads: the same for training and prediction."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .mlops.tabular.dates import parse_wall_clock
from .mlops.tabular.feature_order import in_order, names_of, refuse_missing_columns
from .mlops.tabular.levels import write_all
from .mlops.tabular.numbers import read_numbers

if TYPE_CHECKING:
    import pandas as pd

MISSING = "(missing)"
DATE_PARTS = ("year", "month", "weekday", "days", "hour")


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

    refuse_missing_columns(rows, kinds)
    numbers = names_of("number", kinds)
    categories = names_of("category", kinds)
    dates = names_of("date", kinds)
    parts = [split_dates(rows[name]) for name in dates]
    parts.append(to_numbers(rows[numbers]))
    parts.append(to_text(rows[categories]))
    features = pd.concat(parts, axis=1)
    return in_order(features, kinds, DATE_PARTS)


def to_numbers(table: "pd.DataFrame") -> "pd.DataFrame":
    """Returns float32; a text that is not a number is refused."""
    import pandas as pd

    numbers = read_numbers(table)
    return pd.DataFrame(numbers, table.index, table.columns)


def split_dates(column: "pd.Series[Any]") -> "pd.DataFrame":
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
    features = pd.DataFrame(parts).astype("float32")
    return features.add_prefix(f"{column.name} ")


def to_text(table: "pd.DataFrame") -> "pd.DataFrame":
    """Returns text; a missing value is a category of its own."""
    import pandas as pd

    values = table.to_numpy(object)
    texts = write_all(values, MISSING)
    return pd.DataFrame(texts, table.index, table.columns, object)


def find_categories(features: "pd.DataFrame") -> list[int]:
    """Returns the positions of the features that are categories."""
    text = features.select_dtypes(exclude="number")
    indexer = features.columns.get_indexer(text.columns)
    positions: list[int] = indexer.tolist()
    return positions
