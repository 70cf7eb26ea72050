"""Which rows are the test split: the newest ones, or whole groups drawn by hash."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...config import Config, Data
from .. import splits
from ..errors import UserError
from ..splits import SPLIT_FILE, Record
from .columns import parse_dates
from .identity import identify_rows, write_values

if TYPE_CHECKING:
    import pandas as pd

FILE = SPLIT_FILE.as_posix()


@dataclass(frozen=True)
class Drawn:
    """The split of each row, and what keeps it there."""

    is_test: NDArray[np.bool_]
    groups: list[str]  # rows of one group stay on one side of every split
    record: Record  # for data/split.yaml
    notes: list[str]  # what to know about the sizes


def draw_rows(
    table: "pd.DataFrame", config: Config, read_source: Callable[[Config], "pd.DataFrame"]
) -> Drawn:
    """Returns which rows of the table are the test split.

    With `data.time` the newest; else a row is drawn by its group or its id, or by the values that
    its source has in the columns of the first preparation: other columns may come and go.
    Raises UserError when the rows cannot be identified any more.
    """
    data = config.data
    if data.time:
        return _draw_newest(table, data)
    if data.group or data.id:
        groups, known, new = _identify_by_column(table, data)
    else:
        groups, known, new = _identify_by_content(table, read_source(config), data)
    shares = {"test": data.test_size, "train": 1 - data.test_size}
    labels = [""] * len(table)
    if config.task == "classification":
        labels = [str(label) for label in table[data.target]]
    if known is None:
        known = splits.begin_record(new, labels, groups, shares)
    homes = splits.assign(groups, shares, known.forced, known.seed)
    is_test = homes == "test"
    if is_test.all() or not is_test.any():
        raise UserError(f'"{known.source}": all rows are in one split; delete {FILE} to draw anew')
    notes = splits.describe_shares(homes, shares)
    notes += [
        f'{split} has no row of the class "{label}"'
        for split, label in splits.find_gaps(labels, homes, shares)
    ]
    return Drawn(is_test, groups, known, notes)


def _name_source(data: Data) -> str:
    return "builtin" if data.source == "builtin" else data.path


Identified = tuple[list[str], Record | None, Record]  # groups, what is known, what is new


def _identify_by_column(table: "pd.DataFrame", data: Data) -> Identified:
    groups = write_values(table[data.group or data.id])
    by = f"data.group {data.group}" if data.group else f"data.id {data.id}"
    new = Record(_name_source(data), by)
    known = splits.find_record(new.source, by, lambda record: splits.has_forced(record, groups))
    return groups, known, new


def _identify_by_content(table: "pd.DataFrame", source: "pd.DataFrame", data: Data) -> Identified:
    present = [str(name) for name in source.columns]
    columns = [name for name in present if name != data.target]
    new = Record(_name_source(data), "columns", columns)

    def fits(record: Record) -> bool:
        return set(present).issuperset(record.columns)

    known = splits.find_record(new.source, new.by, fits)
    if known:
        columns = [name for name in known.columns if name != data.target]
    for name in columns:
        if name not in present:
            raise UserError(
                f'"{new.source}" has no column "{name}" any more, but its rows are identified by '
                f"it ({FILE}): bring it back, set data.id to a column that names each row, or "
                f"delete {FILE}; the last two make other rows test rows"
            )
    rows = _match_rows(table, source, columns)
    return identify_rows(rows, columns), known, new


def _match_rows(
    table: "pd.DataFrame", source: "pd.DataFrame", columns: Sequence[str]
) -> "pd.DataFrame":
    """The rows of the source by the index of the table; a column has to agree on all of them."""
    if table.index.is_unique and table.index.isin(source.index).all():
        rows = source.loc[table.index]
        for name in columns:
            if name in table.columns:
                values = write_values(rows[name])
                if len(set(values)) > 1 and values == write_values(table[name]):
                    return rows
    raise UserError(
        "the rows that data.read returns are not those of the file: keep the index when it drops "
        "or joins rows, or set data.id to a column that names each row"
    )


def _draw_newest(table: "pd.DataFrame", data: Data) -> Drawn:
    """Rows after a date, which later preparations only move forward: no training row comes back."""
    import pandas as pd

    times = parse_dates(table[data.time])
    first, last = times.min(), times.max()
    by = f"data.time {data.time}, data.test_size {data.test_size}"
    source = _name_source(data)

    def fits(record: Record) -> bool:
        return bool(first <= pd.Timestamp(record.after) < last)

    after = times.quantile(1 - data.test_size)
    if after == last:  # many rows have the newest date
        after = times[times < last].max()
    known = splits.find_record(source, by, fits)
    if known:
        after = max(after, pd.Timestamp(known.after))
    is_test = np.asarray(times > after)
    if is_test.all() or not is_test.any():
        raise UserError(
            f'"{data.time}": no row is after {after}, from which on rows are test rows: add newer '
            f"ones, or change the date in {FILE}"
        )
    notes = [f"test rows are after {after}"]
    homes = np.where(is_test, "test", "train")
    shares = {"test": data.test_size, "train": 1 - data.test_size}
    notes += splits.describe_shares(homes, shares)
    groups = [""] * len(table)  # folds go forward in time
    return Drawn(is_test, groups, Record(source, by, after=after.isoformat()), notes)
