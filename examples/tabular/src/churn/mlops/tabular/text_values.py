"""What the texts of a column are, when they are neither names nor free text."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

MIN_VALUES = 21  # fewer different values can be categories, such as sizes or shifts
SHARE = 0.8  # of the values that have to be written so

# 1,234,567.5 and, as in India, 12,34,567.5
THOUSANDS = r"(?:\d{1,3}(?:[.,' \u00a0\u202f\u2019]\d{3})+|\d{1,2}(?:,\d\d)+,\d{3})(?:[.,]\d+)?"
COMMA_NUMBER = rf"\(?[+-]?(?:{THOUSANDS}|\d+(?:[.,]\d+)?)\)?"
NUMBER = r"[+-]?\d[\d.,' \u00a0\u202f\u2019]*"
SIGN = r"[\u2212\u2013]|-$|\("
SIGNED = r"[+\u2212\u2013-]?\d+(?:\.\d+)?-?|\(\d+(?:\.\d+)?\)"
SYMBOL = r"(?:[$€£¥₹₽₩₺₴¢฿₫₪₦]|[A-Z]{1,2}\$|Rs\.?|kr\.?|zł|Kč|Ft|lei|[A-Z]{3})"
PATTERNS = {
    "amounts of money": rf"[(+-]*(?:{SYMBOL}\s*{NUMBER}|{NUMBER}\s*{SYMBOL})\)?(?:[.,]-|[kKmM])?",
    "approximate or limited numbers": rf"(?:~|≈|[<>]=?|≤|≥|ca\.|c\.|about)\s*{NUMBER}",
    "percentages": rf"{NUMBER}\s*[%‰]",
    "durations or times of day": (
        r"[0-2]?\dh[0-5]\d"
        r"|[+-]?(?:\d+ days?,? ?)?\d{1,3}:\d\d(?::\d\d(?:[.,]\d+)?)?(?: ?[AaPp]\.?[Mm]\.?)?"
        r"|(?:\d+(?:[.,]\d+)?\s*(?:days?|d|hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s|ms)"
        r"\.?,?\s*)+|-?P(?:\d+[YMWD])*(?:T(?:[\d.]+[HMS])+)?|\d+ days?"
    ),
}
MONTH = r"(?:jan|feb|m[aä]r|apr|ma[iyj]|jun|jul|aug|sep|o[ck]t|nov|de[cz])[^\W\d]*\.?"
DATES = (
    rf"(?:[^\W\d]+,? )?(?:\d{{1,2}}(?:st|nd|rd|th|\.)?[ -/]*)?{MONTH}[ ,'-]*\d{{2,4}}(?:[ T].*)?"
    rf"|(?:[^\W\d]+,? )?{MONTH}[ -]\d{{1,2}}(?:st|nd|rd|th)?,?[ -]*\d{{2,4}}(?:[ T].*)?"
    rf"|\d{{4}}[ -/]{MONTH}(?:[ -/]\d{{1,2}})?"
    r"|\d{4}-\d{3}|\d{4}-?W\d\d-?\d|\d{4}[-/]\d\d?|\d\d?/\d{4}|\d{4}-?(?:Q|W|KW)\d\d?|Q\d[ -/]\d{4}"
)
UNITS = rf"({NUMBER})\s*(°|(?:° ?)?[^\W\d]{{1,5}}[²³]?(?:/[^\W\d]{{1,4}})?)"


def explain(text: "pd.Series[Any]") -> str:
    """Returns what most values are, such as `amounts of money`, or ""."""
    values = text.drop_duplicates().str.strip()
    if values.str.fullmatch(SIGNED).mean() > SHARE and values.str.contains(SIGN).any():
        return "numbers with another minus sign or in brackets"
    is_plain = values.str.fullmatch(r"[+-]?\d+(?:\.\d+)?")
    if values.str.fullmatch(COMMA_NUMBER).mean() > SHARE and not is_plain.all():
        return "numbers with a decimal comma or with separators of thousands"
    return "" if len(values) < MIN_VALUES else _find_reason(values)


def describe_few(column: "pd.Series[Any]") -> list[str]:
    """Returns a sentence about quantities of so few values that they stay categories."""
    values = column.dropna().astype(str).drop_duplicates().astype(object).str.strip()
    if not 2 < len(values) < MIN_VALUES:
        return []
    reason = _find_reason(values)
    if not reason:
        return []
    return [
        f'"{column.name}" has {len(values)} {reason} such as "{values.iloc[0]}", which are read as '
        f"categories without an order: make {_find_wanted(reason)} of them in add_columns of "
        "features.py if their order counts"
    ]


def _find_reason(values: "pd.Series[Any]") -> str:
    """Returns what most of different values are, or ""."""
    for reason, pattern in PATTERNS.items():
        if values.str.fullmatch(pattern).mean() > SHARE:
            return reason
    if values.str.fullmatch(DATES, case=False).mean() > SHARE:
        return "dates or months"
    units = values.str.extract(f"^{UNITS}$")[1].dropna()
    if len(units) > SHARE * len(values) and units.nunique() <= 2:
        return f'numbers with the unit "{units.iloc[0]}"'
    if values.str.fullmatch(r"[\[{].*[\]}]").mean() > SHARE:
        return "lists or structures"
    return ""


def has_most_numbers(text: "pd.Series[Any]") -> bool:
    """Whether most different values are numbers, or most rows of a column of many values."""
    import pandas as pd

    values = text.drop_duplicates()
    is_number = pd.to_numeric(values, errors="coerce").notna()
    if is_number.all():
        return False
    rows = text.isin(values[is_number]).mean() if len(values) >= MIN_VALUES else 0.0
    return bool(max(is_number.mean(), rows) > SHARE)


def advise(reason: str) -> str:
    """Returns what to do about such a column."""
    return (
        f"make {_find_wanted(reason)} of them in add_columns of features.py, "
        "or add the column to data.categories to keep them as they are, or to data.drop"
    )


def _find_wanted(reason: str) -> str:
    if reason.startswith("dates"):
        return "dates like 2026-01-31"
    if reason.startswith("durations"):
        return "seconds or hours"
    return "a column for each value" if reason.startswith("lists") else "numbers"


def find_twins(values: Iterable[str], simplify: Callable[[str], str]) -> list[tuple[str, str]]:
    """Returns pairs of different values that are the same when they are simplified."""
    first: dict[str, str] = {}
    pairs = []
    for value in values:
        twin = first.setdefault(simplify(value), value)
        if twin != value:
            pairs.append((twin, value))
    return pairs


def describe_twins(column: "pd.Series[Any]") -> list[str]:
    """Returns a sentence about values that differ only by blanks or capital letters."""
    values = [value for value in column.dropna().unique() if isinstance(value, str)]
    pairs = find_twins(values, _simplify)
    if not pairs:
        return []
    one, other = pairs[0]
    more = f" (and {len(pairs) - 1} more pairs)" if len(pairs) > 1 else ""
    return [
        f'"{column.name}" has "{one}" and "{other}"{more}, which differ only by blanks or capital '
        "letters: if they mean the same, write them alike"
    ]


def _simplify(text: str) -> str:
    return " ".join(text.split()).casefold()
