"""Some rows of a table as they are read from a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclass
class TableChunk:
    """Rows as they are in the file, and what is wrong with others."""

    table: "pd.DataFrame"  # rows that could be read, numbered from 0
    numbers: Sequence[int]  # of these rows in the file, from 1
    broken: Mapping[int, tuple[str, str]] = field(default_factory=dict)  # number -> reason, value
