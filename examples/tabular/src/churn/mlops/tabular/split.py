"""Which rows are the test split: the newest ones, or whole groups drawn by hash."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...config import Data
from ..files import sha256
from .columns import parse_dates

if TYPE_CHECKING:
    import pandas as pd


def split_rows(table: "pd.DataFrame", data: Data) -> NDArray[np.bool_]:
    """Returns which rows are in the test split, shape (n,).

    A group is drawn by the hash of its name, so new rows do not move old ones to another split.
    """
    if data.time:
        times = parse_dates(table[data.time])
        return np.asarray(times > times.quantile(1 - data.test_size))
    draws = np.array([_draw(key) for key in group_keys(table, data)])
    return draws <= max(data.test_size, float(draws.min()))


def group_keys(table: "pd.DataFrame", data: Data) -> list[str]:
    """Returns what keeps rows on one side of every split: their group, else their own content."""
    if data.group:
        return [str(value) for value in table[data.group]]
    rows = table.itertuples(index=False, name=None)
    return ["\x1f".join(str(value) for value in row) for row in rows]


def _draw(key: str) -> float:
    """A number in [0, 1) that depends on the key alone."""
    digits = sha256(key.encode())[:8]
    return int(digits, 16) / 2**32
