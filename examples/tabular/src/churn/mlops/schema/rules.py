"""Rules of the columns in data/schema.yaml, inferred and checked by pandera.

The rules of a column: `kind` (number, category or date), `min`, `max`, `allowed` (the values of a
category) and `missing` (the largest share of missing values); `note` is free text.

The file format is ours: each rule has a line of its own that can be merged, and pandera's format
has neither the share of missing values nor where the data comes from.
"""

import math
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from ..errors import UserError, suggest
from .adapter import Column, ColumnKind

if TYPE_CHECKING:
    import pandas as pd
    import pandera.pandas as pandera

Rules = dict[str, int | float | date | str | list[str]]  # rule -> value, of one column
Columns = Mapping[str, Column]
Violations = dict[tuple[str, str], str]  # column and rule -> message; rule "": the whole column

RULES_OF_KIND: dict[ColumnKind, tuple[str, ...]] = {
    "number": ("kind", "min", "max", "missing", "note"),
    "category": ("kind", "allowed", "missing", "note"),
    "date": ("kind", "min", "max", "missing", "note"),
}
RULE_OF_STATISTIC = {"min_value": "min", "max_value": "max", "allowed_values": "allowed"}
MAX_ALLOWED = 50  # a category with more values is not listed
MAX_NAMED = 5  # values that a message names


def infer_rules(column: Column) -> Rules:
    """Returns rules that all values of a column keep."""
    import pandera.pandas as pandera

    values = to_series(column)
    schema = pandera.infer_schema(values)
    rules: Rules = {"kind": column.kind}
    if "missing" in column.rules:
        rules["missing"] = _missing_share(values)
    for check in schema.checks:
        for statistic, value in check.statistics.items():
            rule = RULE_OF_STATISTIC[statistic]
            if rule in column.rules:
                rules[rule] = to_plain(value)
    if "min" in rules and column.margin:
        rules["min"] = round(float(values.min()) * (1 - column.margin), 4)
    if rules.get("allowed") is not None and values.nunique() > MAX_ALLOWED:
        del rules["allowed"]
    return rules


def find_violations(expected: Mapping[str, Rules], columns: Columns) -> Violations:
    """Returns every rule of `expected` that the columns break, sorted by column.

    Raises UserError for a rule that does not exist or has a value of another kind.
    """
    violations: Violations = {}
    for name in expected.keys() - columns.keys():
        violations[name, ""] = f'"{name}" is missing'
    for name in columns.keys() - expected.keys():
        violations[name, ""] = f'"{name}" is new'
    for name in expected.keys() & columns.keys():
        for rule, message in _check_column(name, expected[name], columns[name]).items():
            violations[name, rule] = f'"{name}": {message}'
    return dict(sorted(violations.items()))


def update_rules(
    expected: Mapping[str, Rules], inferred: Mapping[str, Rules], violations: Violations
) -> dict[str, Rules]:
    """Returns the rules after the data was accepted: inferred ones replace those it breaks."""
    updated: dict[str, Rules] = {}
    for name, new_rules in inferred.items():
        updated[name] = dict(new_rules)
        for rule, value in expected.get(name, {}).items():
            if (name, rule) not in violations and (name, "kind") not in violations:
                updated[name][rule] = value
    return updated


def to_series(column: Column) -> "pd.Series[Any]":
    """Returns the values as float, category or dates in UTC, as the kind says."""
    import pandas as pd

    values = pd.Series(list(column.values), dtype=object)
    if column.kind == "number":
        return pd.to_numeric(values, errors="coerce").astype(float)
    if column.kind == "date":
        return pd.to_datetime(values, format="ISO8601", errors="coerce", utc=True)
    text = values.map(str, na_action="ignore")
    return text.astype("category")


def to_plain(value: Any) -> int | float | str | list[str]:
    """Returns a value as YAML writes it: whole numbers without a point, dates as text."""
    if isinstance(value, list):
        return sorted(str(item) for item in value)
    if hasattr(value, "isoformat"):
        text: str = value.isoformat()
        return text.removesuffix("T00:00:00+00:00")
    number = float(value)
    return int(number) if number.is_integer() else number


def _check_column(name: str, rules: Rules, column: Column) -> dict[str, str]:
    """Returns a message for each rule that the column breaks."""
    import pandera.pandas as pandera

    kind = rules.get("kind")
    if kind != column.kind:
        return {"kind": f"kind is {column.kind}, and was {kind}"}
    _refuse_unknown_rules(name, rules, column.kind)
    values = to_series(column)
    checks = _make_checks(name, rules, column.kind)
    schema = pandera.SeriesSchema(checks=checks, nullable=True)
    try:
        schema.validate(values, lazy=True)
    except pandera.errors.SchemaErrors as error:
        failures = error.failure_cases.groupby("check")["failure_case"]
        return {rule: _describe(rule, rules[rule], values, failed) for rule, failed in failures}
    return {}


def _refuse_unknown_rules(name: str, rules: Rules, kind: ColumnKind) -> None:
    known = RULES_OF_KIND[kind]
    for rule in rules:
        if rule not in known:
            hint = suggest(rule, known)
            message = f'"{rule}" in data/schema.yaml is not a rule for "{name}", a {kind}. {hint}'
            raise UserError(message)


def _make_checks(name: str, rules: Rules, kind: ColumnKind) -> list["pandera.Check"]:
    """Returns the checks of pandera; the error of each is the name of the rule."""
    import pandera.pandas as pandera

    checks = []
    if "min" in rules:
        minimum = read_bound(name, "min", rules, kind)
        checks.append(pandera.Check.ge(minimum, error="min"))
    if "max" in rules:
        maximum = read_bound(name, "max", rules, kind)
        checks.append(pandera.Check.le(maximum, error="max"))
    if "allowed" in rules:
        checks.append(pandera.Check.isin(rules["allowed"], error="allowed"))
    if "missing" in rules:
        limit = read_bound(name, "missing", rules, "number")

        def has_few_missing(values: "pd.Series[Any]") -> bool:
            return bool(values.isna().mean() <= limit)

        checks.append(pandera.Check(has_few_missing, ignore_na=False, error="missing"))
    return checks


def read_bound(name: str, rule: str, rules: Rules, kind: ColumnKind) -> Any:
    """Returns the value of a rule: a number, or a date in UTC."""
    import pandas as pd

    value: Any = rules[rule]
    try:
        if kind == "date":
            return pd.to_datetime(str(value), format="ISO8601", utc=True)
        return float(value)
    except (TypeError, ValueError):
        where = f'"{rule}" of "{name}" in data/schema.yaml'
        raise UserError(f'{where} is "{value}", which is not a {kind}') from None


def _describe(rule: str, limit: Any, values: "pd.Series[Any]", failed: "pd.Series[Any]") -> str:
    """Returns how the values break one rule."""
    count = f" ({len(failed)} values)" if len(failed) > 1 else ""
    if rule == "min":
        return f"{_shorten(values.min(), limit)} is less than {_shorten(limit)}{count}"
    if rule == "max":
        return f"{_shorten(values.max(), limit)} is more than {_shorten(limit)}{count}"
    if rule == "missing":
        share = f"{values.isna().mean():.1%}".replace(".0%", "%")  # 2.2% is more than 2%
        return f"{share} are missing, more than {limit:.0%}"
    unknown = sorted(failed.unique())
    more = f" and {len(unknown) - MAX_NAMED} more" if len(unknown) > MAX_NAMED else ""
    return f"not allowed: {', '.join(unknown[:MAX_NAMED])}{more}"


def _shorten(value: Any, limit: Any = None) -> Any:
    """Returns a number in at most six digits, in full where they would be those of the limit."""
    plain = to_plain(value) if not isinstance(value, str) else value
    if not isinstance(plain, float):
        return plain
    short = float(f"{plain:.6g}")
    return plain if short == limit else short


def _missing_share(values: "pd.Series[Any]") -> float:
    """Returns the share of missing values in whole percents: one row more is no change."""
    share = float(values.isna().mean())
    return math.ceil(share * 100) / 100
