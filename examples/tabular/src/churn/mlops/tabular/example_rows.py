"""Rows as a user of the model has them: with the columns of the source, before others are added."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...config import Config

if TYPE_CHECKING:
    import pandas as pd


def make_table(config: Config, rows: Sequence[Mapping[str, Any]], _: Path) -> "pd.DataFrame":
    """Returns as many rows of the source, with the columns that predictions are made from."""
    from ...data import read_source

    table = read_source(config)
    used = set(rows[0])
    names = [name for name in table.columns if name in used]
    if len(names) < len(used):  # add_columns computes the others, from whatever it reads
        names = [name for name in table.columns if name != config.data.target]
    return table[names].head(len(rows))
