"""What the texts of a column are, when they are neither names nor free text."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

MIN_VALUES = 21  # fewer different values can be categories, such as sizes or shifts
SHARE = 0.8  # of the values that have to be written so

THOUSANDS = r"\d{1,3}(?:[.,' \u00a0\u202f\u2019]\d{3})+(?:[.,]\d+)?"
COMMA_NUMBER = rf"\(?[+-]?(?:{THOUSANDS}|\d+(?:[.,]\d+)?)\)?"
NUMBER = r"[+-]?\d[\d.,' \u00a0\u202f\u2019]*"
SIGN = r"[\u2212\u2013]|-$|\("
SIGNED = r"[+\u2212\u2013-]?\d+(?:\.\d+)?-?|\(\d+(?:\.\d+)?\)"
SYMBOL = r"(?:[$€£¥₹₽₩₺₴¢฿₫₪₦]|[A-Z]{1,2}\$|Rs\.?|kr\.?|zł|Kč|Ft|lei|[A-Z]{3})"
PATTERNS = {
    "amounts of money": rf"[(+-]*(?:{SYMBOL}\s*{NUMBER}|{NUMBER}\s*{SYMBOL})\)?(?:[.,]-|[kKmM])?",
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
    r"|\d{4}-?W\d\d-?\d|\d{4}[-/]\d\d?|\d\d?/\d{4}|\d{4}-?(?:Q|W|KW)\d\d?|Q\d[ -/]\d{4}"
)
UNITS = rf"({NUMBER})\s*([^\W\d]{{1,5}}[²³]?(?:/[^\W\d]{{1,4}})?)"


def explain(text: "pd.Series[Any]") -> str:
    """Returns what most values are, such as `amounts of money`, or ""."""
    values = text.drop_duplicates().str.strip()
    if values.str.fullmatch(SIGNED).mean() > SHARE and values.str.contains(SIGN).any():
        return "numbers with another minus sign or in brackets"
    is_plain = values.str.fullmatch(r"[+-]?\d+(?:\.\d+)?")
    if values.str.fullmatch(COMMA_NUMBER).mean() > SHARE and not is_plain.all():
        return "numbers with a decimal comma or with separators of thousands"
    if len(values) < MIN_VALUES:
        return ""
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


def advise(reason: str) -> str:
    """Returns what to do about such a column."""
    wanted = "numbers"
    if reason.startswith("dates"):
        wanted = "dates like 2026-01-31"
    elif reason.startswith("durations"):
        wanted = "seconds or hours"
    elif reason.startswith("lists"):
        wanted = "a column for each value"
    return (
        f"make {wanted} of them in add_columns of features.py, "
        "or add the column to data.categories to keep them as they are, or to data.drop"
    )


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
