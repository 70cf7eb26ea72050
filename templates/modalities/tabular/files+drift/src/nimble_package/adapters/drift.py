"""What drift must know about tables: the columns as the model reads them.

A date always moves on, so of a date only its weekday (the season) and its hour are compared.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..config import Config
from ..features import MISSING, make_features
from ..mlops.drift.adapter import Adapter, Facts
from ..mlops.drift.sample import Column, category, number
from ..mlops.tabular.dates import parse_wall_clock
from ..predict import Model, Row


def describe(model: Model, rows: Sequence[Row], _facts: Facts) -> Mapping[str, Column]:
    """Returns the columns; a category that is missing is None."""
    features = make_features(pd.DataFrame(list(rows)), model.kinds)
    columns = {}
    for name, kind in model.kinds.items():
        if kind == "date":
            hour = f"{name} hour"
            columns[hour] = number(features[hour].to_numpy())
        elif kind == "number":
            columns[name] = number(features[name].to_numpy())
        else:
            values = features[name].astype(object)
            columns[name] = category([None if value == MISSING else value for value in values])
    return columns


def find_weekdays(config: Config, model: Model, rows: Sequence[Row]) -> NDArray[np.int64] | None:
    """Returns the weekdays of the column `data.time`, or of the only date."""
    dates = [name for name, kind in model.kinds.items() if kind == "date"]
    name = config.data.time if config.data.time in dates else "".join(dates[:1])
    if not name or (name != config.data.time and len(dates) > 1):
        return None
    column = pd.Series([row[name] for row in rows], name=name)
    weekdays = parse_wall_clock(column).dt.day_of_week
    return np.asarray(weekdays.fillna(-1), np.int64)


ADAPTER = Adapter(columns=describe, embeds=False, weekdays=find_weekdays)
