"""What the schema must know about tables: the columns of the prepared rows."""

from pathlib import Path
from typing import cast

from .. import data
from ..config import Config
from ..mlops.prepared_files import read_places
from ..mlops.schema.adapter import Column, ColumnKind
from ..mlops.schema.whole_data import describe_doubles, describe_labels, describe_size
from ..mlops.tabular.dates import parse_dates


def read_columns(config: Config, folder: Path) -> dict[str, Column]:
    """Returns the target and every column to predict from, of all splits together."""
    import pandas as pd

    splits = data.load(config, folder)
    train, test = splits.train, splits.test
    table = pd.concat([train.rows, test.rows], ignore_index=True)
    target_kind = "category" if train.classes else "number"
    kinds = {**train.kinds, train.target: target_kind}
    places = [*read_places(folder, "train"), *read_places(folder, "test")]
    columns = {}
    for name, kind in sorted(kinds.items()):
        values = parse_dates(table[name]) if kind == "date" else table[name]
        columns[name] = Column(cast(ColumnKind, kind), values, places=places)
    facts = {**describe_size(len(table)), **describe_doubles(list(table.itertuples(index=False)))}
    if train.classes:
        facts |= describe_labels(table[train.target].tolist())
    return {**facts, **columns}
