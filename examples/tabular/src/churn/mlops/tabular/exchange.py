"""Exchanges the columns of rows whose features are made once, for thousands of columns."""

from collections.abc import Callable, Sequence

import pandas as pd

from ...features import make_features
from ...predict import Model, Outputs, Row, compute_outputs
from ..analysis.adapter import Orders


def open_exchange(model: Model, rows: Sequence[Row]) -> Callable[[Orders], Outputs]:
    """Returns what computes the outputs when some columns come from other rows."""
    table = pd.DataFrame(list(rows), dtype=object)
    features = make_features(table, model.kinds)
    names = list_features(model, table)

    def exchange(orders: Orders) -> Outputs:
        changed = features.copy(deep=False)
        for column, order in orders.items():
            for name in names[column]:
                changed[name] = features[name].to_numpy()[order]
        return compute_outputs(model, changed)

    return exchange


def list_features(model: Model, table: pd.DataFrame) -> dict[str, list[str]]:
    """Returns the features that each column becomes."""
    first = table.head(1)
    return {name: list(make_features(first, {name: kind})) for name, kind in model.kinds.items()}
