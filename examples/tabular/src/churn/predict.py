"""Predicts with the saved model: neither scikit-learn nor the training data is needed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .features import make_features
from .mlops.onnx_model import open_model
from .mlops.project import MODEL, Field, FieldKind, Signature
from .mlops.tabular import onnx_inputs, table_files

Row = Mapping[str, Any]  # column -> value
Outputs = NDArray[Any]  # probabilities (n, classes), or values (n,)


@dataclass(frozen=True)
class Model:
    """model.onnx and model.json."""

    session: Any
    target: str
    kinds: dict[str, FieldKind]
    classes: list[str]  # empty for a regression
    fitted_classes: list[int]  # class numbers that the training rows had
    categories: dict[str, list[str]]  # column -> values that have a column of their own


def load(directory: Path = MODEL) -> Model:
    """Returns the model that a training saved."""
    session, facts = open_model(directory)
    return Model(session, **facts)


def outputs(model: Model, rows: Sequence[Row]) -> Outputs:
    """Returns probabilities of the classes, shape (n, classes), or values, shape (n,)."""
    import pandas as pd

    table = pd.DataFrame(list(rows))
    features = make_features(table, model.kinds)
    feeds = onnx_inputs.make_feeds(features)
    results = model.session.run(None, feeds)
    found = np.asarray(results[-1])
    if not model.classes:
        return found.reshape(-1)
    shape = (len(rows), len(model.classes))
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
    """Returns the class with the highest probability, and the probabilities of all."""
    best = int(probabilities.argmax())
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
        table = table_files.read_for_prediction(path, model.kinds)
        for number, row in enumerate(table.to_dict("records"), start=1):
            rows.append((f"{path} row {number}", row))
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
