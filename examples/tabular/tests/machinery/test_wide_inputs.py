"""The inputs of an ONNX model: thousands of columns are a few arrays."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from churn import model
from churn.mlops.onnx_model import open_session
from churn.mlops.tabular import export
from churn.mlops.tabular.onnx_inputs import make_feeds

ROWS = 30


@pytest.fixture
def X() -> pd.DataFrame:
    """Numbers, a text between them, and two texts at the end."""
    random = np.random.default_rng(0)
    columns = {f"number {n}": random.normal(size=ROWS).astype(np.float32) for n in range(40)}
    table = pd.DataFrame(columns)
    table.insert(3, "town", random.choice(["Oslo", "Łódź"], ROWS))
    table["size"] = random.choice(["S", "M", "L"], ROWS)
    table["colour"] = random.choice(["red", "blue"], ROWS)
    return table


def test_neighbouring_columns_of_one_type_are_one_input(X: pd.DataFrame, tmp_path: Path) -> None:
    encoder = model.make_encoder(X, max_categories=5)
    y = np.arange(ROWS) % 2
    fitted = make_pipeline(encoder, LogisticRegression()).fit(X, y)
    path = tmp_path / "model.onnx"
    path.write_bytes(export.convert(fitted, X))
    inputs = {tensor.name: tensor.shape[1] for tensor in open_session(path).get_inputs()}
    assert inputs == {"feature_0": 3, "feature_3": 1, "feature_4": 37, "feature_41": 2}
    assert np.allclose(export.run(path, X), fitted.predict_proba(X), atol=1e-5)


def test_a_model_with_an_input_for_each_column_is_still_fed(X: pd.DataFrame) -> None:
    names = [f"feature_{number}" for number in range(X.shape[1])]
    feeds = make_feeds(X, names)
    assert feeds["feature_3"].tolist() == X[["town"]].to_numpy().tolist()
    assert np.array_equal(feeds["feature_4"], X[["number 3"]])
