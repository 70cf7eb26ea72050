"""What the analysis must know about tables: features are columns."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import pandas as pd

from .. import predict
from ..config import Config
from ..features import make_features
from ..mlops.analysis.adapter import Adapter
from ..mlops.tabular import exchange
from ..predict import Model, Outputs, Row


def list_features(_config: Config, model: Model) -> list[str]:
    """Returns the columns that the model reads."""
    return list(model.kinds)


def exchange_feature(
    model: Model, rows: Sequence[Row], feature: str, others: Sequence[Row]
) -> Outputs:
    """Returns the outputs for rows that have one value from another row."""
    pairs = zip(rows, others, strict=True)
    mixed = [{**row, feature: other[feature]} for row, other in pairs]
    return predict.outputs(model, mixed)


def list_steps(model: Model, rows: Sequence[Row]) -> Mapping[str, Callable[[], object]]:
    """Returns the features of each column, then the model."""
    table = pd.DataFrame(list(rows), dtype=object)
    steps: dict[str, Callable[[], object]] = {}
    for name, kind in model.kinds.items():
        steps[name] = partial(make_features, table, {name: kind})
    features = make_features(table, model.kinds)
    steps["(model)"] = partial(model.compute, features)
    return steps


def describe_input(
    model: Model, row: Row, _contributions: Mapping[str, float], _folder: Path
) -> list[str]:
    """Returns the columns of a row and the numbers and texts that the model reads."""
    features = make_features(pd.DataFrame([row]), model.kinds)
    columns = [f"{name}: {row[name]}" for name in model.kinds]
    numbers = ", ".join(f"{name}={features[name].iloc[0]}" for name in features)
    return [*columns, "", f"as the model reads it: {numbers}"]


ADAPTER = Adapter(
    features=list_features,
    exchange_feature=exchange_feature,
    steps=list_steps,
    describe_input=describe_input,
    open_exchange=exchange.open_exchange,
)
