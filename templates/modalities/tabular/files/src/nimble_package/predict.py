"""Predicts with the saved model; an ONNX model needs neither scikit-learn nor its data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .features import add_columns, make_features
from .mlops.decision import Decision
from .mlops.decision import read as read_decision
from .mlops.project import MODEL, Field, FieldKind, Signature
from .mlops.tabular import table_files
from .mlops.tabular.saved_model import Compute, open_saved

if TYPE_CHECKING:
    import pandas as pd

Row = Mapping[str, Any]  # column -> value
Outputs = NDArray[Any]  # probabilities (n, classes), or values (n,)
TRUSTED_TYPES: tuple[str, ...] = ()  # further classes that model.skops may hold: docs/own-model.md


@dataclass(frozen=True)
class Model:
    """model.onnx or model.skops, and model.json."""

    compute: Compute
    target: str
    kinds: dict[str, FieldKind]
    classes: list[str]  # empty for a regression
    fitted_classes: list[int]  # class numbers that the training rows had
    categories: dict[str, list[str]]  # column -> values that have a column of their own
    decision: Decision
    types: dict[str, str] = field(default_factory=dict)  # of the columns of a file to predict


def load(directory: Path = MODEL) -> Model:
    """Returns the model that a training saved."""
    compute, facts = open_saved(directory)
    decision = read_decision(directory)
    return Model(compute, **facts, decision=decision)


def outputs(model: Model, rows: Sequence[Row]) -> Outputs:
    """Returns probabilities of the classes, shape (n, classes), or values, shape (n,)."""
    import pandas as pd

    table = pd.DataFrame(list(rows), dtype=object)
    features = make_features(table, model.kinds)
    return compute_outputs(model, features)


def compute_outputs(model: Model, features: "pd.DataFrame") -> Outputs:
    """Returns the outputs for features, as `outputs` has them for rows."""
    found = model.compute(features)
    if not model.classes:
        return found.reshape(-1)
    shape = (len(features), len(model.classes))
    probabilities = np.zeros(shape, dtype=np.float32)
    probabilities[:, model.fitted_classes] = found
    return probabilities


def predict(model: Model, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Returns one prediction for each row, ready for JSON."""
    found = outputs(model, rows)
    if not model.classes:
        return [{model.target: round(float(value), 6)} for value in found]
    return [describe(model, row) for row in found]


def describe(model: Model, probabilities: NDArray[Any]) -> dict[str, Any]:
    """Returns the class that the threshold or the highest probability gives, and all of them."""
    best = int(model.decision.classify(probabilities))
    rounded = [round(float(value), 4) for value in probabilities]
    return {
        model.target: model.classes[best],
        "confidence": rounded[best],
        "probabilities": dict(zip(model.classes, rounded, strict=True)),
    }


def read_inputs(model: Model, paths: Sequence[str]) -> list[tuple[str, Row]]:
    """Returns the rows of CSV or Parquet files, named by file and row."""
    rows: list[tuple[str, Row]] = []
    for path in paths:
        table = table_files.read_for_prediction(path, model, add_columns)
        for number, row in enumerate(table.to_dict("records"), start=1):
            name = f"{path} row {number}"
            rows.append((name, row))
    return rows


def signature(model: Model) -> Signature:
    """Returns the columns that a row needs, and what is predicted."""
    inputs = []
    for name, kind in model.kinds.items():
        allowed = model.categories.get(name, [])
        inputs.append(Field(name, kind, allowed=tuple(allowed)))
    target_kind: FieldKind = "category" if model.classes else "number"
    target = Field(model.target, target_kind, allowed=tuple(model.classes))
    return Signature(tuple(inputs), (target,))


if __name__ == "__main__":
    from .mlops.commands.predict import main

    raise SystemExit(main())
