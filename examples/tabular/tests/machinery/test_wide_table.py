"""`poe features` and `poe explain` on tables with many columns."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from churn.adapters.analysis import ADAPTER, exchange_feature
from churn.mlops.analysis import features, importance, read_features
from churn.mlops.analysis.importance import Importance
from churn.predict import Model

ROWS = 40


class Predictor:
    """Computes probabilities from two columns of many, and counts how often it is called."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, table: pd.DataFrame) -> Any:
        self.calls += 1
        is_warm = (table["season"] == "summer").to_numpy()
        share = 1 / (1 + np.exp(-table["number 7"].to_numpy() - is_warm))
        return np.stack([1 - share, share], axis=1)


@pytest.fixture
def predictor() -> Predictor:
    return Predictor()


@pytest.fixture
def rows() -> list[dict[str, Any]]:
    random = np.random.default_rng(0)
    table = pd.DataFrame({f"number {index}": random.normal(size=ROWS) for index in range(200)})
    table["season"] = random.choice(["summer", "winter"], ROWS)
    table["day"] = [f"2026-01-{1 + number % 28:02}" for number in range(ROWS)]
    return table.to_dict("records")


@pytest.fixture
def model(predictor: Predictor, rows: list[dict[str, Any]]) -> Model:
    kinds: dict[str, Any] = dict.fromkeys(rows[0], "number")
    kinds |= {"season": "category", "day": "date"}
    return Model(predictor, "y", kinds, ["no", "yes"], [0, 1], {}, SimpleNamespace())  # type: ignore[arg-type] # no decision is taken here


def test_exchanged_columns_give_the_outputs_of_exchanged_values(
    model: Model, rows: list[dict[str, Any]]
) -> None:
    assert ADAPTER.open_exchange is not None
    exchange = ADAPTER.open_exchange(model, rows)
    order = np.roll(np.arange(ROWS), 3)
    others = [rows[index] for index in order]
    for column in ["number 7", "season", "day", "number 8"]:
        expected = exchange_feature(model, rows, column, others)
        assert np.array_equal(exchange({column: order}), expected), column


def test_columns_that_a_model_does_not_read_are_found_in_groups(
    model: Model, predictor: Predictor, rows: list[dict[str, Any]]
) -> None:
    assert ADAPTER.open_exchange is not None
    exchange = ADAPTER.open_exchange(model, rows)
    found = read_features.find_read(exchange, list(model.kinds), np.arange(ROWS), seed=0)
    assert found == ["number 7", "season"]
    assert predictor.calls < len(model.kinds) / 4


def test_two_columns_that_undo_each_other_are_both_found() -> None:
    columns = np.arange(ROWS)

    def exchange(orders: Any) -> Any:
        unchanged = np.arange(ROWS)
        return columns[orders.get("plus", unchanged)] - columns[orders.get("minus", unchanged)]

    found = read_features.find_read(exchange, ["plus", "minus"], np.arange(ROWS), seed=0)
    assert found == ["plus", "minus"]


def test_the_importance_of_a_wide_table_is_that_of_its_read_columns(
    monkeypatch: pytest.MonkeyPatch,
    model: Model,
    predictor: Predictor,
    rows: list[dict[str, Any]],
) -> None:
    y_true = predictor(pd.DataFrame(rows))[:, 1] > 0.5

    def compute(_y_true: object, outputs: Any) -> float:
        return float(np.mean((outputs[:, 1] > 0.5) == y_true))

    evaluation = SimpleNamespace(compute=compute, y_true=y_true)
    project = SimpleNamespace(inputs=lambda _: rows, evaluate=lambda *_: evaluation)
    monkeypatch.setattr(importance, "PROJECT", project)
    config = SimpleNamespace(runtime=SimpleNamespace(seed=0))
    found = importance.measure_importance(config, model, None, repeats=2)
    assert set(list(found)[:2]) == {"number 7", "season"}
    assert len(found) == len(model.kinds)
    assert found["number 3"] == Importance(0.0, 0.0)


def test_a_table_of_many_columns_prints_the_first_and_says_where_the_rest_is() -> None:
    found = {f"column {number}": Importance(1 / (1 + number), 0.0) for number in range(300)}
    text = features.format_importance(found, "accuracy")
    assert len(text.splitlines()) == 1 + features.MAX_LINES + 1
    assert text.endswith("and 250 more in reports/features/features.json")
    times = {f"column {number}": float(number) for number in range(300)}
    printed = features.format_steps(times)
    assert "column 299" in printed
    assert "column 0 " not in printed
