"""What the schema must know about a modality: `adapters/schema.py` has one function.

`read_columns(config, folder)` returns the columns of the prepared data in `folder`, of all splits
together, under the names that data/schema.yaml shall have:

    def read_columns(config: Config, folder: Path) -> dict[str, Column]:
        splits = data.load(config, folder)
        ...
        return {"brightness": Column("number", brightness), "label": Column("category", labels)}

Every command imports it, so its top imports only what prediction needs.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

ColumnKind = Literal["number", "category", "date"]


@dataclass(frozen=True)
class Column:
    """One column of the data; columns may have different lengths.

    A fact about the data as a whole, such as the share of the rarest label, is a column with one
    value.
    """

    kind: ColumnKind
    values: Iterable[Any]  # None or NaN: no value; dates are ISO 8601 text
    rules: tuple[str, ...] = ("min", "max", "missing", "allowed")  # those that are inferred
    margin: float = 0.0  # share by which the inferred min is below the smallest value
    places: Sequence[str] = ()  # where each value comes from, as a message names it: "line 7"
