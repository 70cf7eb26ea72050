"""What numbers are when they are not quantities: moments, and numbers with too many digits."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

FIRST, LAST = "1990-01-01", "2060-01-01"  # the moments that a column of numbers can mean
UNITS = {"s": "seconds", "ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds"}
FORMATS = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
MIN_VALUES = 3
SENTINELS = [sign * number for number in (999, 9999, 99999, 999999) for sign in (-1, 1)]
MIN_SENTINELS = 3
MIN_LEFT = 0.9  # of the different numbers; two measurements of many digits may become equal


def explain(column: "pd.Series[Any]") -> Iterator[str]:
    """Yields what a user should know about the numbers of a column to predict from."""
    known = column.dropna().drop_duplicates().astype(float)
    if len(known) < MIN_VALUES:
        return
    meaning = find_moments(known)
    if meaning:
        yield f'"{column.name}" is read as numbers, which the model sees without {meaning}'
        return
    yield from _describe_sentinel(column)
    rounded = known.astype(np.float32).nunique()
    if rounded < MIN_LEFT * len(known):
        yield (
            f'"{column.name}" has {len(known)} different numbers, of which {rounded} are left: the '
            "model reads 32-bit numbers, about seven digits. Subtract the smallest one, or divide "
            "a code into its parts, in add_columns of features.py"
        )


def _describe_sentinel(column: "pd.Series[Any]") -> Iterator[str]:
    """Yields a sentence about -999 and the like where the other values are much smaller."""
    values = column.dropna().astype(float)
    for value in SENTINELS:
        count = int((values == value).sum())
        others = values[values != value].abs()
        if count >= MIN_SENTINELS and len(others) and others.max() < abs(value) / 3:
            yield (
                f'"{column.name}" is {value:.0f} in {count} of {len(values)} rows, far from all '
                "other values: if that stands for a missing one, leave these fields empty"
            )


def find_moments(numbers: "pd.Series[Any]") -> str:
    """Returns what to do about dates that are written as numbers, "" for other numbers."""
    import pandas as pd

    first = numbers.iloc[0]
    advice = "make a date of them in add_columns of features.py: "
    for unit, name in UNITS.items():
        moments = pd.to_datetime([FIRST, LAST]).as_unit(unit).astype("int64")
        if numbers.between(moments[0], moments[1]).all():
            day = pd.Timestamp(first, unit=unit).isoformat(sep=" ", timespec="seconds")
            return (
                f"their hour and weekday: if {first:.0f} is {name} since 1970 ({day}), {advice}"
                f'pandas.to_datetime(table["{numbers.name}"], unit="{unit}")'
            )
    digits = numbers.astype("int64").astype(str) if (numbers % 1 == 0).all() else None
    width = 0 if digits is None else len(digits.iloc[0])
    if digits is None or width not in FORMATS or (digits.str.len() != width).any():
        return ""
    moments = pd.to_datetime(digits, format=FORMATS[width], errors="coerce")
    if not moments.between(FIRST, LAST).all():
        return ""
    return (
        f"their month, weekday and hour: if {first:.0f} is a date, {advice}"
        f'pandas.to_datetime(table["{numbers.name}"], format="{FORMATS[width]}")'
    )
