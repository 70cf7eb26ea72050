"""Which rows are the test split: the newest ones, or whole groups drawn by hash."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...config import Config, Data
from .. import splits
from ..errors import UserError
from ..splits import SPLIT_FILE, Record
from .dates import parse_dates
from .identity import identify_rows, write_values

if TYPE_CHECKING:
    import pandas as pd

FILE = SPLIT_FILE.as_posix()
MIN_GROUPS = 3  # one for the test split, two for folds


@dataclass(frozen=True)
class Drawn:
    """The split of each row, and what keeps it there."""

    is_test: NDArray[np.bool_]
    groups: list[str]  # rows of one group stay on one side of every split
    record: Record  # for data/split.yaml
    notes: list[str]  # what to know about the sizes


def draw_rows(table: "pd.DataFrame", config: Config, source: "pd.DataFrame") -> Drawn:
    """Returns which rows of the table are the test split.

    With `data.time` the newest; else a row is drawn by its group or its id, or by the values that
    its source has in the columns of the first preparation: other columns may come and go.
    Raises UserError when the rows cannot be identified any more.
    """
    data = config.data
    labels = [""] * len(table)
    if config.task == "classification":
        labels = [str(label) for label in table[data.target]]
    if data.time:
        return draw_newest(table, labels, data)
    if data.group or data.id:
        groups, known, new = _identify_by_column(table, data, source)
    else:
        groups, known, new = _identify_by_content(table, source, data)
    shares = {"test": data.test_size, "train": 1 - data.test_size}
    if known is None:
        known = splits.begin_record(new, labels, groups, shares)
    homes = splits.assign(groups, shares, known.forced, known.seed)
    is_test = homes == "test"
    count = len(set(groups))
    if count < MIN_GROUPS and not data.group:
        raise UserError(_explain_few(count, len(table), data))
    if is_test.all() or not is_test.any():
        raise UserError(f'"{known.source}": all rows are in one split; delete {FILE} to draw anew')
    notes = splits.describe_shares(homes, shares)
    if not (data.group or data.id) and count < len(table):
        notes.insert(0, f"{count} of the {len(table)} rows are distinct, equal ones stay together")
    notes += describe_gaps(labels, groups, homes, data.group)
    return Drawn(is_test, groups, known, notes)


def _explain_few(count: int, rows: int, data: Data) -> str:
    needed = f"at least {MIN_GROUPS} are required, for a test split and two folds"
    if data.id:
        return f'"{data.id}" has {count} different values: {needed}; choose another data.id'
    return (
        f"only {count} of the {rows} rows are distinct (without the target), and equal rows stay "
        f"on one side of a split: {needed}. Set data.id to a column that names each row, or add "
        "columns"
    )


def describe_gaps(
    labels: Sequence[str], groups: Sequence[str], homes: NDArray[np.str_], by: str
) -> list[str]:
    """Returns a sentence for each class that a split lacks; training keeps what one group has."""
    notes = []
    for split, label in splits.find_gaps(labels, homes, ("test", "train")):
        note = f'{split} has no row of the class "{label}"'
        pairs = zip(labels, groups, strict=True)
        having = {group for other, group in pairs if other == label}
        if by and len(having) == 1:
            note += f', which is only in the group "{having.pop()}" of "{by}"'
        notes.append(note)
    return notes


def _name_source(data: Data) -> str:
    return "builtin" if data.source == "builtin" else data.path


Identified = tuple[list[str], Record | None, Record]  # groups, what is known, what is new


def _identify_by_column(table: "pd.DataFrame", data: Data, source: "pd.DataFrame") -> Identified:
    groups = write_values(table[data.group or data.id])
    by = f"data.group {data.group}" if data.group else f"data.id {data.id}"
    new = Record(_name_source(data), by)
    known = splits.find_record(new.source, by, lambda record: splits.has_forced(record, groups))
    if "" not in groups:
        return groups, known, new
    if data.id:
        single = write_values(table[data.id])
    else:
        columns = known.columns if known else []
        new = replace(known or new, columns=columns or _choose_columns(source, data))
        known = new if known else None
        rows = _select_rows(table, source, new.columns, new.source)
        single = identify_rows(rows, new.columns)
    pairs = zip(groups, single, strict=True)
    return [group or f"row {one}" for group, one in pairs], known, new


def _choose_columns(source: "pd.DataFrame", data: Data) -> list[str]:
    """The columns whose values identify a row: not the target, nor what is never used."""
    unused = {data.target, *data.drop}
    return [str(name) for name in source.columns if str(name) not in unused]


def _identify_by_content(table: "pd.DataFrame", source: "pd.DataFrame", data: Data) -> Identified:
    present = [str(name) for name in source.columns]
    columns = _choose_columns(source, data)
    new = Record(_name_source(data), "columns", columns)

    def fits(record: Record) -> bool:
        return set(present).issuperset(record.columns)

    known = splits.find_record(new.source, new.by, fits)
    if known:
        columns = [name for name in known.columns if name != data.target]
    rows = _select_rows(table, source, columns, new.source)
    return identify_rows(rows, columns), known, new


def _select_rows(
    table: "pd.DataFrame", source: "pd.DataFrame", columns: Sequence[str], name: str
) -> "pd.DataFrame":
    """The rows of the source that the table has; raises UserError when a column is gone."""
    present = {str(column) for column in source.columns}
    for column in columns:
        if column not in present:
            raise UserError(
                f'"{name}" has no column "{column}" any more, but its rows are identified by '
                f"it ({FILE}): bring it back, set data.id to a column that names each row, or "
                f"delete {FILE}; the last two make other rows test rows"
            )
    return _match_rows(table, source, columns)


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


def draw_newest(table: "pd.DataFrame", labels: Sequence[str], data: Data) -> Drawn:
    """Rows after a date, which later preparations only move forward: no training row comes back.

    Training gets half of the rows of a class that only the newest rows have.
    """
    import pandas as pd

    times = parse_dates(table[data.time])
    dates = times.sort_values().unique()
    if len(dates) < MIN_GROUPS:
        raise UserError(
            f'"{data.time}" has {len(dates)} different dates: at least {MIN_GROUPS} are required, '
            "for a test split and two folds; choose a finer one, or split by data.group or data.id"
        )
    first, last = dates[0], dates[-1]
    by = f"data.time {data.time}, data.test_size {data.test_size}"
    source = _name_source(data)

    def fits(record: Record) -> bool:
        return bool(first <= pd.Timestamp(record.after) < last)

    # Not the newest date, which all test rows may have, nor the oldest: training needs two dates.
    asked = times.quantile(1 - data.test_size)
    after = min(max(asked, dates[1]), dates[-2])
    notes = []
    for label in sorted(set(labels)):
        of_label = times[np.array(labels) == label].sort_values()
        if of_label.iloc[0] <= after:
            continue
        middle = of_label.iloc[(len(of_label) - 1) // 2]
        if middle == last:
            raise UserError(
                f'"{data.target}": only rows of the newest date ({last}) have the class "{label}", '
                "so training would lack it: drop them in data.read, or wait for newer rows"
            )
        notes.append(
            f'only rows from {of_label.iloc[0]} on have the class "{label}": '
            "test rows begin later, so that training has some"
        )
        after = middle
    known = splits.find_record(source, by, fits)
    if known:
        after = max(after, pd.Timestamp(known.after))
    is_test = np.asarray(times > after)
    if is_test.all() or not is_test.any():
        raise UserError(
            f'"{data.time}": no row is after {after}, from which on rows are test rows: add newer '
            f"ones, or change the date in {FILE}"
        )
    homes = np.where(is_test, "test", "train")
    shares = {"test": data.test_size, "train": 1 - data.test_size}
    notes.insert(0, f"test rows are after {after}")
    notes += splits.describe_shares(homes, shares)
    groups = [""] * len(table)  # folds go forward in time
    notes += describe_gaps(labels, groups, homes, "")
    return Drawn(is_test, groups, Record(source, by, after=after.isoformat()), notes)
