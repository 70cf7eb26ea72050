"""What is compared: a table of features with an embedding, of files now or of requests later."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

ColumnKind = Literal["number", "category"]
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Column:
    """A feature: float64, NaN where missing; or an array of texts, None where missing."""

    kind: ColumnKind
    values: NDArray[Any]

    def __len__(self) -> int:
        """Returns the number of rows."""
        return len(self.values)

    @property
    def is_missing(self) -> NDArray[np.bool_]:
        """Which rows have no value; an infinite number is none."""
        if self.kind == "number":
            return np.asarray(~np.isfinite(self.values))
        return np.fromiter((value is None for value in self.values), bool, len(self.values))

    @property
    def known(self) -> NDArray[Any]:
        """The values that are not missing."""
        return np.asarray(self.values[~self.is_missing])

    def take(self, rows: NDArray[np.intp]) -> "Column":
        """Returns some rows."""
        return Column(self.kind, self.values[rows])


def number(values: Sequence[Any] | NDArray[Any]) -> Column:
    """Returns a column of numbers; None and NaN are missing."""
    return Column("number", np.array(values, np.float64))


def category(values: Sequence[Any]) -> Column:
    """Returns a column of texts; None and NaN are missing."""
    texts = np.empty(len(values), object)
    for row, value in enumerate(values):
        is_missing = value is None or value != value  # NaN differs from itself
        texts[row] = None if is_missing else str(value)
    return Column("category", texts)


@dataclass(frozen=True)
class Sample:
    """Rows to compare; `embeddings` (n, width) may be of other rows than the columns."""

    columns: Mapping[str, Column] = field(default_factory=dict)
    embeddings: NDArray[np.float32] | None = None
    seasons: NDArray[np.int64] | None = None  # of each row, such as 0 to 6 for the weekday

    def __len__(self) -> int:
        """Returns the number of rows of the columns."""
        for column in self.columns.values():
            return len(column)
        return 0 if self.embeddings is None else len(self.embeddings)

    def take(self, rows: NDArray[np.intp]) -> "Sample":
        """Returns some rows of the columns; the embeddings stay."""
        columns = {name: column.take(rows) for name, column in self.columns.items()}
        seasons = None if self.seasons is None else self.seasons[rows]
        return Sample(columns, self.embeddings, seasons)
