"""The columns of the prepared table, as fields of data/schema.yaml."""

import math
from typing import TYPE_CHECKING, Any

from .. import data
from ..config import Config

if TYPE_CHECKING:
    import pandas as pd

LISTED = 50  # a category with more levels is not listed


def describe(config: Config) -> dict[str, dict[str, Any]]:
    """Rules by column, as the training and the test rows together are."""
    import pandas as pd

    splits = data.load(config)
    table = pd.concat([splits.train, splits.test], ignore_index=True)
    goal = "category" if splits.classes else "number"
    kinds = {**splits.kinds, splits.target: goal}
    return {name: column(table[name], kind) for name, kind in sorted(kinds.items())}


def column(values: "pd.Series[Any]", kind: str) -> dict[str, Any]:
    """The rules for one column."""
    known, rules = values.dropna(), {"kind": kind, "missing": share(values)}
    if kind == "category":
        levels = sorted(known.astype(str).unique())
        return {**rules, "allowed": levels} if len(levels) <= LISTED else rules
    if known.empty:
        return rules
    least, most = known.min(), known.max()
    if kind == "number":
        return {**rules, "least": plain(least), "most": plain(most)}
    return {**rules, "least": str(least), "most": str(most)}


def share(values: "pd.Series[Any]") -> float:
    """The share of rows without a value, in whole percents: a row more or less is no change."""
    return math.ceil(float(values.isna().mean()) * 100) / 100


def plain(value: Any) -> float | int:
    """A number as YAML writes it: whole ones without a point."""
    return int(value) if float(value).is_integer() else float(value)
