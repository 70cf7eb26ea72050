"""Columns that say what is to be predicted: copies are refused, what looks like one is reported."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

ALMOST_ALL = 0.99  # of the rows: a column that alone gives the class of so many is reported
MAX_MAJORITY = 0.9  # with a more frequent class, almost any column would
MIN_ROWS = 10  # of each value on average: an id gives the class of every row
BINS = 50  # of a number with many values
ORDERED = 0.9999  # a rank correlation that measurements do not have
MAX_RANKED = 20_000  # rows
ADVICE = "if it is known only after the target, add it to data.drop"


def find_copies(
    table: "pd.DataFrame", kinds: Mapping[str, str], target: str, *, regression: bool
) -> Iterator[str]:
    """Yields a sentence for each column that has the target in another spelling."""
    wanted = table[target]
    for name, kind in kinds.items():
        column = table[name]
        is_known = column.notna() & wanted.notna()
        if (regression and kind == "number") or column.equals(wanted):
            continue
        if is_known.mean() < 0.5 or column.nunique() != wanted.nunique() or wanted.nunique() < 2:
            continue
        column, same = column[is_known], wanted[is_known]
        if _are_equal(column, same, regression):
            example = f'"{column.iloc[0]}" for "{same.iloc[0]}"'
            copy = "it says the target in another spelling"
            yield f'"{name}": {copy} ({example}): add it to data.drop'


def find_suspicious(
    table: "pd.DataFrame", kinds: Mapping[str, str], target: str, *, regression: bool
) -> list[str]:
    """Returns a sentence for each column that alone says almost all about the target."""
    import pandas as pd

    wanted = table[target]
    classes, names = pd.factorize(wanted)
    has_classes = not regression or len(names) * MIN_ROWS <= len(table)
    found = []
    for name, kind in kinds.items():
        reason = ""
        if has_classes:
            reason = _compare_classes(table[name], classes, names, kind == "number")
        if regression and kind == "number" and not reason:
            reason = _compare_order(table[name], wanted)
        if reason:
            found.append(f'"{name}" {reason}: {ADVICE}')
    return found


def _are_equal(column: "pd.Series[Any]", target: "pd.Series[Any]", regression: bool) -> bool:
    """Whether the values are equal without case, spaces and signs; as numbers without units."""
    import pandas as pd

    codes, values = pd.factorize(column)
    if regression:
        numbers = np.array([_find_number(str(value)) for value in values])
        return bool(np.allclose(numbers[codes], target.to_numpy(float), rtol=1e-4))
    class_codes, classes = pd.factorize(target)
    if not np.array_equal(codes, class_codes):
        return False
    pairs = zip(values, classes, strict=True)
    return all(_simplify(str(value)) == _simplify(str(name)) for value, name in pairs)


def _simplify(text: str) -> str:
    letters = re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())
    return letters or text.strip()


def _find_number(text: str) -> float:
    """The number in a text such as "3.40 EUR"; NaN where there is none, or more than one."""
    numbers = re.findall(r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?", text.replace(",", "."))
    return float(numbers[0]) if len(numbers) == 1 else float("nan")


def _compare_classes(
    column: "pd.Series[Any]", classes: NDArray[Any], names: Any, is_number: bool
) -> str:
    """What is suspicious about a column, given the classes by number; "" when nothing is."""
    levels, count = _find_levels(column, is_number)
    if count < 2 or count * MIN_ROWS > len(column):
        return ""
    table = np.zeros((count, len(names)), dtype=np.int64)
    np.add.at(table, (levels, classes), 1)
    has_both = table > 0
    is_missing = column.isna().to_numpy()
    missing = np.bincount(classes, is_missing, len(names)) / np.bincount(classes)
    if set(np.unique(missing)) == {0.0, 1.0}:
        having = [f'"{names[number]}"' for number in np.flatnonzero(missing == 0)[:3]]
        return f"has a value in exactly the rows of {', '.join(having)}"
    if count == len(names) and (has_both.sum(axis=0) == 1).all() and has_both.sum() == count:
        row = int(np.flatnonzero(~is_missing)[0])
        example = f'"{column.iloc[row]}" is always "{names[classes[row]]}"'
        return f"maps one to one to the target ({example})"
    share = table.max(axis=1).sum() / len(column)
    majority = table.sum(axis=0).max() / len(column)
    if share >= ALMOST_ALL and majority <= MAX_MAJORITY:
        return f"alone gives the target of {share:.1%} of the rows"
    return ""


def _find_levels(column: "pd.Series[Any]", is_number: bool) -> tuple[NDArray[Any], int]:
    """The number of the value of each row, and how many there are; many numbers are binned."""
    import pandas as pd

    levels, values = pd.factorize(column, use_na_sentinel=False)
    if is_number and len(values) * MIN_ROWS > len(column):
        numbers = pd.to_numeric(column, errors="coerce").to_numpy(float, na_value=np.nan)
        known = numbers[~np.isnan(numbers)]
        if len(known) == 0:
            return levels, len(values)
        bins = max(2, min(BINS, len(column) // MIN_ROWS - 2))
        edges = np.unique(np.quantile(known, np.linspace(0, 1, bins + 1)[1:-1]))
        binned = np.where(np.isnan(numbers), len(edges) + 1, np.searchsorted(edges, numbers))
        levels, values = pd.factorize(binned)
    return levels, len(values)


def _compare_order(column: "pd.Series[Any]", target: "pd.Series[Any]") -> str:
    """Whether it orders the rows as the target does: another unit, or a rounded copy."""
    few = column.iloc[:MAX_RANKED]
    if few.nunique() < 3 or few.isna().mean() > 0.5:
        return ""
    correlation = few.astype(float).corr(target.loc[few.index].astype(float), method="spearman")
    if abs(correlation) < ORDERED:
        return ""
    return f"orders the rows as the target does (rank correlation {correlation:.4f})"
