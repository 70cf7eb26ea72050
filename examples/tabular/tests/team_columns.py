"""Columns that the team computes in `add_columns` are computed for the table of small_data.py.

Other tables of the tests lack what they are computed from.
"""

from collections.abc import Callable, Iterator

import pandas as pd
import pytest
import small_data

from churn import data, predict
from churn.features import add_columns

AddColumns = Callable[[pd.DataFrame], pd.DataFrame]
INPUTS = set(small_data.COLUMNS) - {"inspection", "state", "hours"}  # a file to predict has them


@pytest.fixture(scope="session", autouse=True)
def only_for_the_small_table() -> Iterator[None]:
    """Every test runs with it; one may replace `add_columns` again."""
    with pytest.MonkeyPatch.context() as patch:
        limited = limit(add_columns)
        patch.setattr(data, "add_columns", limited)
        patch.setattr(predict, "add_columns", limited)
        yield


def limit(add_columns: AddColumns) -> AddColumns:
    """Returns a function that leaves other tables as they are."""

    def add(table: pd.DataFrame) -> pd.DataFrame:
        if not INPUTS.issubset(table.columns):
            return table
        try:
            return add_columns(table)
        except KeyError as error:
            advice = "add this column to the table of tests/small_data.py"
            raise AssertionError(f"add_columns in features.py reads {error}: {advice}") from None

    return add
