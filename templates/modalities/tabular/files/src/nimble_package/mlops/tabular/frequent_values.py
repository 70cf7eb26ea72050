"""Which values of categories get a column: the most frequent, of each and of all together."""

import logging
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

log = logging.getLogger(__name__)


def find_frequent(X: "pd.DataFrame", max_each: int, max_all: int) -> list[list[str]]:
    """Returns the most frequent values of each column, sorted.

    At most `max_each` of a column. When that is more than `max_all` of the table, the rarest of all
    columns are left out, but each column keeps its most frequent value: a training takes longer
    with each value.
    """
    counts = [X.iloc[:, position].value_counts().iloc[:max_each] for position in range(X.shape[1])]
    total = sum(len(counted) for counted in counts)
    if total <= max_all:
        return [sorted(counted.index) for counted in counts]
    explain_limit(X.shape[1], max_all)
    sizes = Counter(int(size) for counted in counts for size in counted)
    least = find_least(sizes, max_all)
    return [sorted(counted.index[: max(1, int((counted >= least).sum()))]) for counted in counts]


def find_least(sizes: Counter[int], max_all: int) -> int:
    """Returns how many rows a value has to have, so that at most `max_all` values have them."""
    total = 0
    for size in sorted(sizes, reverse=True):
        total += sizes[size]
        if total > max_all:
            return size + 1
    return 1


@cache  # each fold has an encoder of its own
def explain_limit(columns: int, max_all: int) -> None:
    """Logs that values are left out."""
    log.info(
        "%d columns of categories have more than %d frequent values: only the most frequent get a "
        "column, the others count as unknown (MAX_CATEGORY_COLUMNS in model.py)",
        columns,
        max_all,
    )
