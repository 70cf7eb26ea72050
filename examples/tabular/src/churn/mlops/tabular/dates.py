"""Dates and times of the day in ISO 8601, as 2026-01-31, 2026-01-31T13:45+02:00 or 13:45.

Two more spellings have one meaning only, and are read: 20260131T1345 and 1:45 PM.
"""

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

DATE = r"\d{4}-\d\d-\d\d"
TIME = r"(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?"
COMPACT = r"^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)?"
HALF_DAY = r"(?<!\d)(0?[1-9]|1[0-2])(:[0-5]\d(?::[0-5]\d(?:\.\d+)?)?) ?([AP])\.?M\.?$"
TIME_AND_OFFSET = r"(:\d\d(?:\.\d+)?) ?(?:Z|UTC|[+-]\d\d(?::?\d\d)?)$"
FIRST_DAY = "1970-01-01"  # of a time without a date


def find_dates(text: "pd.Series[Any]") -> "pd.Series[bool]":
    """Returns which texts are a date, a date with a time, or a time."""
    text = _spell_out(text)
    is_written_so = text.str.match(f"{DATE}|{TIME}$")  # or 1984 would be a date
    return parse_dates(text.where(is_written_so)).notna()


def find_times(text: "pd.Series[Any]") -> "pd.Series[bool]":
    """Returns which texts are a time without a date."""
    return _spell_out(text).str.fullmatch(TIME)


def parse_dates(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Returns moments in UTC, to order rows by; what is not a date becomes a missing value."""
    import pandas as pd

    return pd.to_datetime(_write_iso(column), format="ISO8601", errors="coerce", utc=True)


def parse_wall_clock(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Returns dates and times as they are written, whatever their time zone is.

    People sleep, travel and buy by the clock of their place, so 08:00+02:00 is eight o'clock.
    """
    if getattr(column.dtype, "tz", None) is not None:
        return column.dt.tz_localize(None)
    texts = _write_iso(column)
    if texts.dtype == object:
        texts = texts.str.replace(TIME_AND_OFFSET, r"\1", regex=True)
    return parse_dates(texts).dt.tz_localize(None)


def _write_iso(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Dates of other types as text; a time gets a day, and UTC is written Z."""
    import pandas as pd

    if pd.api.types.is_datetime64_any_dtype(column):
        return column
    texts = column.astype(str).astype(object).where(column.notna())
    if not texts.notna().any():
        return texts
    texts = _spell_out(texts).str.replace(r" UTC$", "Z", regex=True)
    is_time = texts.str.fullmatch(TIME).eq(True)
    with_day = texts.str.replace(r"^(?=\d:)", "0", regex=True).radd(f"{FIRST_DAY}T")
    return texts.mask(is_time, with_day)


def _spell_out(texts: "pd.Series[Any]") -> "pd.Series[Any]":
    """Returns 20260131T1345 as 2026-01-31T13:45:00, and 1:45 PM as 13:45."""
    texts = texts.str.replace(COMPACT, _spell_compact, regex=True)
    return texts.str.replace(HALF_DAY, _spell_half_day, regex=True, flags=re.IGNORECASE)


def _spell_compact(found: re.Match[str]) -> str:
    year, month, day, hour, minute, second = found.groups(default="00")
    return f"{year}-{month}-{day}T{hour}:{minute}:{second}"


def _spell_half_day(found: re.Match[str]) -> str:
    hour, rest, half = found.groups()
    noon = 12 if half.upper() == "P" else 0
    return f"{int(hour) % 12 + noon:02}{rest}"
