"""Finds the values that break a rule of data/schema.yaml, and where they come from."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .adapter import Column
from .rules import Columns, Rules, read_bound, to_plain, to_series

if TYPE_CHECKING:
    import pandas as pd

Record = dict[str, Any]  # a line of reports/validation.jsonl
MAX_PLACES = 3  # that a message names


def find(name: str, rule: str, expected: Mapping[str, Rules], columns: Columns) -> list[Record]:
    """Returns a record for each value that breaks the rule; none for a rule of a whole column."""
    if name not in expected or name not in columns or rule not in expected[name]:
        return []
    if rule == "kind":
        return []
    limit = expected[name][rule]
    column = columns[name]
    values = to_series(column)
    is_broken = _compare(name, rule, expected[name], column, values)
    places = column.places if len(column.places) == len(values) else ()
    records = []
    for number in is_broken[is_broken].index:
        record: Record = {"column": name, "row": int(number) + 1, "value": _show(values[number])}
        if places:
            record["place"] = places[number]
        record |= {"check": rule, "limit": _show(limit)}
        records.append(record)
    return records


def name_places(records: Sequence[Record]) -> str:
    """Returns the first places in brackets; "" where the values have none."""
    places = [record["place"] for record in records if "place" in record]
    if not places:
        return ""
    more = f" and {len(places) - MAX_PLACES} more" if len(places) > MAX_PLACES else ""
    return f" ({', '.join(places[:MAX_PLACES])}{more})"


def _compare(
    name: str, rule: str, rules: Rules, column: Column, values: "pd.Series[Any]"
) -> "pd.Series[bool]":
    """Returns which values break the rule; of a share of missing values, those that are missing."""
    if rule == "missing":
        return values.isna()
    if rule == "allowed":
        allowed: Any = rules["allowed"]
        return values.notna() & ~values.isin(allowed)
    limit = read_bound(name, rule, rules, column.kind)
    return values < limit if rule == "min" else values > limit


def _show(value: Any) -> Any:
    """Returns a value as JSON can hold it."""
    if value is None or isinstance(value, str | list):
        return value
    if isinstance(value, float) and value != value:
        return None
    try:
        return to_plain(value)
    except (TypeError, ValueError):  # no value, or not a number
        return None
