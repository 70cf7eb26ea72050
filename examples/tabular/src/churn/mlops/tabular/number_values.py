"""What numbers are when they are not quantities: moments, and numbers with too many digits."""

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

FIRST, LAST = "1990-01-01", "2060-01-01"  # the moments that a column of numbers can mean
UNITS = {"s": "seconds", "ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds"}
FORMATS = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
MIN_VALUES = 3
Numbers = NDArray[np.float64]
SENTINELS = [sign * number for number in (999, 9999, 99999, 999999) for sign in (-1, 1)]
MIN_SENTINELS = 3
MIN_LEFT = 0.9  # of the different numbers; two measurements of many digits may become equal


def explain(column: "pd.Series[Any]") -> Iterator[str]:
    """Yields what a user should know about the numbers of a column to predict from."""
    values = column.to_numpy(float, na_value=np.nan)
    values = values[~np.isnan(values)]
    known = np.unique(values)
    if len(known) < MIN_VALUES:
        return
    meaning = find_moments(known, values[0], str(column.name))
    if meaning:
        yield f'"{column.name}" is read as numbers, which the model sees without {meaning}'
        return
    yield from _describe_sentinel(values, known, str(column.name))
    rounded = len(np.unique(known.astype(np.float32)))
    if rounded < MIN_LEFT * len(known):
        yield (
            f'"{column.name}" has {len(known)} different numbers, of which {rounded} are left: the '
            "model reads 32-bit numbers, about seven digits. Subtract the smallest one, or divide "
            "a code into its parts, in add_columns of features.py"
        )


def _describe_sentinel(values: Numbers, known: Numbers, name: str) -> Iterator[str]:
    """Yields a sentence about -999 and the like where the other values are much smaller."""
    for value in SENTINELS:
        if value not in (known[0], known[-1]):
            continue  # it is the smallest or the largest, or the others are not smaller
        count = int((values == value).sum())
        others = np.abs(known[known != value])
        if count >= MIN_SENTINELS and others.max() < abs(value) / 3:
            yield (
                f'"{name}" is {value:.0f} in {count} of {len(values)} rows, far from all '
                "other values: if that stands for a missing one, leave these fields empty"
            )


def find_moments(known: Numbers, first: float, column: str) -> str:
    """Returns what to do about dates that are written as numbers, "" for other numbers.

    `known` are the different values, sorted; `first` is the one to show.
    """
    import pandas as pd

    advice = "make a date of them in add_columns of features.py: "
    for unit, name in UNITS.items():
        earliest, latest = find_bounds(unit)
        if earliest <= known[0] and known[-1] <= latest:
            day = pd.Timestamp(first, unit=unit).isoformat(sep=" ", timespec="seconds")
            return (
                f"their hour and weekday: if {first:.0f} is {name} since 1970 ({day}), {advice}"
                f'pandas.to_datetime(table["{column}"], unit="{unit}")'
            )
    if not np.isfinite(known).all() or (known % 1 != 0).any():
        return ""
    width = len(str(int(known[0])))
    if known[0] < 0 or width not in FORMATS or len(str(int(known[-1]))) != width:
        return ""
    digits = pd.Series(known.astype("int64").astype(str))
    moments = pd.to_datetime(digits, format=FORMATS[width], errors="coerce")
    if not moments.between(FIRST, LAST).all():
        return ""
    return (
        f"their month, weekday and hour: if {first:.0f} is a date, {advice}"
        f'pandas.to_datetime(table["{column}"], format="{FORMATS[width]}")'
    )


@cache
def find_bounds(unit: str) -> tuple[int, int]:
    """Returns the first and the last moment in units since 1970."""
    import pandas as pd

    earliest, latest = pd.to_datetime([FIRST, LAST]).as_unit(unit).astype("int64")
    return int(earliest), int(latest)
