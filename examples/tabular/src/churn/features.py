"""Rows of a table as a matrix of numbers: the same code when training and when predicting."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .mlops import manifest, settings

if TYPE_CHECKING:
    import pandas as pd

DATE = ("year", "month", "weekday", "days")  # days since 1970: a trend
OTHER = "(other)"


@dataclass(frozen=True)
class Encoder:
    """What each column becomes: a number stays, a date is four, a category one for each level."""

    kinds: Mapping[str, str]
    levels: Mapping[str, list[str]]  # of each category, commonest first

    @property
    def names(self) -> list[str]:
        """The columns of the matrix."""
        parts = {"date": DATE, "number": ("",)}
        return [
            f"{name} {part}".rstrip()
            for name, kind in self.kinds.items()
            for part in parts.get(kind) or [*self.levels[name], OTHER]
        ]

    def encode(self, table: "pd.DataFrame") -> NDArray[np.float32]:
        """Rows by `names`; a missing value is NaN, an unknown level is `(other)`."""
        missing = [name for name in self.kinds if name not in table.columns]
        if missing:
            hint = settings.nearest(missing[0], map(str, table.columns))
            raise settings.UserError(f'the column "{missing[0]}" is missing. {hint}')
        parts = [self._column(table[name], kind) for name, kind in self.kinds.items()]
        return np.concatenate(parts, axis=1, dtype=np.float32)

    def _column(self, column: "pd.Series[Any]", kind: str) -> NDArray[np.float64]:
        import pandas as pd

        if kind == "number":
            numbers = pd.to_numeric(column, errors="coerce")
            if bad := [value for value in column[numbers.isna()] if pd.notna(value)]:
                raise settings.UserError(f'"{column.name}" holds "{bad[0]}", which is no number')
            return np.asarray(numbers.to_numpy(float, na_value=np.nan)[:, None])
        if kind == "date":
            when = dates(column).dt
            days = (when.normalize() - pd.Timestamp("1970-01-01", tz="UTC")).dt.days
            parts = [when.year, when.month, when.day_of_week, days]
            return np.stack([part.to_numpy(float, na_value=np.nan) for part in parts], axis=1)
        levels = self.levels[str(column.name)]
        place = {level: index for index, level in enumerate(levels)}
        matrix = np.zeros((len(column), len(levels) + 1))
        for row, value in enumerate(column):
            if pd.notna(value):
                matrix[row, place.get(str(value), len(levels))] = 1
            else:
                matrix[row] = np.nan
        return matrix

    def save(self, path: Path) -> None:
        manifest.save_json(path, asdict(self))


def dates(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Text or dates as dates; what is none becomes a missing value."""
    import pandas as pd

    return pd.to_datetime(column, format="ISO8601", errors="coerce", utc=True)


def fit(table: "pd.DataFrame", kinds: Mapping[str, str], levels: int) -> Encoder:
    """Learns the levels of the categories, the only thing there is to learn."""
    found = {
        name: sorted(table[name].dropna().astype(str).value_counts().index[:levels])
        for name, kind in kinds.items()
        if kind == "category"
    }
    return Encoder(dict(kinds), found)


def load(path: Path) -> Encoder:
    """The encoder that training saved."""
    return Encoder(**manifest.load_json(path))
