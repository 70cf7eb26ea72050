"""What identifies a row: values as text that does not depend on the type of their column."""

import math
import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from ..files import sha256
from ..progress import track

if TYPE_CHECKING:
    import pandas as pd

ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d([T ].*)?")
MISSING = ("", "<na>", "n/a", "na", "nan", "nat", "none", "null")


def identify_rows(table: "pd.DataFrame", columns: Sequence[str]) -> list[str]:
    """Returns a hash of the named values of each row; their order makes no difference."""
    names = track(sorted(columns), "Identifying rows by their columns")
    written = [write_values(table[name]) for name in names]
    return [sha256("\x1f".join(values).encode())[:16] for values in zip(*written, strict=True)]


def write_values(column: "pd.Series[Any]") -> list[str]:
    """Returns each value as text: equal for 1 and 1.0, a date and its text, every missing value."""
    import pandas as pd

    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "iuf":
        codes, values = pd.factorize(column)
        texts = [_write_number(float(value)) for value in values]
    else:
        codes, values = pd.factorize(column.astype(object))
        texts = [_write(value) for value in values]
    return [texts[code] if code >= 0 else "" for code in codes]


def _write(value: Any) -> str:
    text = unicodedata.normalize("NFC", str(value)).strip().casefold()
    if text in MISSING:
        return ""
    if isinstance(value, date) or ISO_DATE.fullmatch(text):
        return _write_date(text)
    number = _to_number(text)
    return text if number is None else _write_number(number)


def _write_number(number: float) -> str:
    if not math.isfinite(number):
        return str(number)
    if number == int(number):
        return str(int(number))
    return str(np.float32(number))  # readers of CSV and Parquet differ in the last digits


def _to_number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _write_date(text: str) -> str:
    import pandas as pd

    try:
        when = pd.Timestamp(text.upper())
    except ValueError:
        return text
    in_utc = when.tz_localize("UTC") if when.tz is None else when.tz_convert("UTC")
    return str(in_utc.isoformat())
