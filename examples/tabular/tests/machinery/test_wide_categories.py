"""Many columns of categories: which values get a column, and what a prediction costs."""

import logging
import time
from typing import Any

import numpy as np
import pandas as pd
import pytest

from churn.features import make_features
from churn.mlops.tabular import frequent_values, onnx_inputs
from churn.mlops.tabular.levels import warn_of_unknown
from churn.model import make_encoder

COLUMNS = 1000


@pytest.fixture
def row() -> dict[str, Any]:
    """Numbers and texts in turn, some of them missing."""
    found: dict[str, Any] = {}
    for number in range(COLUMNS):
        found[f"number {number}"] = None if number % 20 == 0 else number / 7
        found[f"text {number}"] = None if number % 30 == 0 else f"level {number}"
    return found


def test_the_rarest_values_of_all_columns_are_left_out_first() -> None:
    table = pd.DataFrame({"town": list("aaaabbbccd"), "size": list("xxxxxxyyyz")})
    every = [["a", "b", "c"], ["x", "y", "z"]]
    assert frequent_values.find_frequent(table, max_each=3, max_all=10) == every
    assert frequent_values.find_frequent(table, max_each=3, max_all=4) == [["a", "b"], ["x", "y"]]
    assert frequent_values.find_frequent(table, max_each=3, max_all=2) == [["a"], ["x"]]


def test_each_column_keeps_its_most_frequent_value() -> None:
    table = pd.DataFrame({"frequent": ["a", "b"] * 50, "rare": [f"id {n}" for n in range(100)]})
    assert frequent_values.find_frequent(table, max_each=30, max_all=3) == [["a", "b"], ["id 0"]]


def test_a_line_says_once_that_values_are_left_out(caplog: pytest.LogCaptureFixture) -> None:
    frequent_values.explain_limit.cache_clear()
    random = np.random.default_rng(0)
    levels = [f"level {number}" for number in range(30)]
    table = pd.DataFrame({f"text {n}": random.choice(levels, 300) for n in range(80)}, dtype=object)
    with caplog.at_level(logging.INFO):
        encoders = [make_encoder(table, 30) for _ in range(2)]
    widths = [sum(map(len, encoder.transformers[1][1].categories)) for encoder in encoders]
    assert max(widths) <= 2000
    [line] = [record.getMessage() for record in caplog.records]
    assert "80 columns of categories have more than 2000 frequent values" in line


def test_features_of_thousands_of_columns_are_made_in_blocks(row: dict[str, Any]) -> None:
    kinds = {name: name.split()[0].replace("text", "category") for name in row}
    table = pd.DataFrame([row], dtype=object)
    features = make_features(table, kinds)
    assert list(features) == list(row)
    assert features["number 7"].tolist() == [1.0]
    assert features["text 30"].tolist() == ["(missing)"]
    start = time.process_time()
    make_features(table, kinds)
    assert time.process_time() - start < 0.1  # 0.02 s; one column at a time it was 0.4 s


def test_alternating_columns_are_fed_from_two_arrays(row: dict[str, Any]) -> None:
    kinds = {name: name.split()[0].replace("text", "category") for name in row}
    features = make_features(pd.DataFrame([row], dtype=object), kinds)
    is_number = [name.startswith("number") for name in row]
    inputs = [onnx_inputs.input_name(start) for start in onnx_inputs.find_starts(is_number)]
    start = time.process_time()
    feeds = onnx_inputs.make_feeds(features, inputs)
    assert time.process_time() - start < 0.1  # 0.01 s; one column at a time it was 0.2 s
    assert len(feeds) == 2 * COLUMNS
    assert feeds["feature_3"].tolist() == [["level 1"]]
    assert feeds["feature_14"].tolist() == [[1.0]]


def test_many_columns_without_a_known_value_are_named_together(
    capsys: pytest.CaptureFixture[str],
) -> None:
    names = [f"column {number}" for number in range(50)]
    table = pd.DataFrame({name: ["new", None] for name in names})
    warn_of_unknown("orders.csv", table, {name: ["old"] for name in names})
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 4
    assert 'no row has a value of "column 0"' in lines[0]
    assert lines[3].startswith('"orders.csv": so have 47 more columns: "column 3", "column 4"')
