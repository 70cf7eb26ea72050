"""The columns that features are made from, and the order of the features."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ..errors import UserError, suggest

if TYPE_CHECKING:
    import pandas as pd


def refuse_missing_columns(rows: "pd.DataFrame", kinds: Mapping[str, str]) -> None:
    """Raises UserError for the first column that the rows lack."""
    known = set(rows.columns)
    for name in kinds:
        if name not in known:
            hint = suggest(name, rows.columns)
            raise UserError(f'the column "{name}" is missing. {hint}')


def names_of(wanted: str, kinds: Mapping[str, str]) -> list[str]:
    """Returns the columns of one kind."""
    return [name for name, kind in kinds.items() if kind == wanted]


def in_order(
    features: "pd.DataFrame", kinds: Mapping[str, str], date_parts: Sequence[str]
) -> "pd.DataFrame":
    """Returns the features in the order of their columns; of two with one name, the last."""
    is_last = ~features.columns.duplicated(keep="last")
    names: dict[str, None] = {}
    for name, kind in kinds.items():
        parts = [f"{name} {part}" for part in date_parts] if kind == "date" else [name]
        names.update(dict.fromkeys(parts))
    return features.loc[:, is_last][list(names)]
