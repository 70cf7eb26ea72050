"""Properties that hold for every table, tried on generated ones; the same ones every time."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.pipeline import make_pipeline

from churn import config, data, features, model, predict
from churn.mlops.tabular import columns, export
from churn.mlops.tabular.frequent_values import find_frequent
from churn.mlops.tabular.identity import write_values
from churn.mlops.tabular.split import draw_rows

steady = settings(max_examples=40, deadline=None, derandomize=True, database=None)

NUMBERS = st.one_of(st.none(), st.floats(-(2.0**99), 2.0**99, width=32), st.integers(-9, 9))
TEXTS = st.one_of(st.none(), st.text("abcÄж運 '\",\n1", max_size=4).filter(bool))
DAYS = st.one_of(st.none(), st.dates(pd.Timestamp(1700, 1, 1).date()).map(str))
ROWS = st.fixed_dictionaries({"n": NUMBERS, "town": TEXTS, "day": DAYS})
TABLES = st.lists(ROWS, min_size=1, max_size=12).map(
    lambda rows: pd.DataFrame(rows, columns=["n", "town", "day"]).astype({"n": float})
)
KINDS = {"n": "number", "town": "category", "day": "date"}


@steady
@given(TABLES)
def test_a_table_becomes_features_of_the_named_kinds(table: pd.DataFrame) -> None:
    found = features.make_features(table, KINDS)
    dates = ["day year", "day month", "day weekday", "day days", "day hour"]
    assert list(found) == ["n", "town", *dates]
    assert found[["n", *dates]].dtypes.eq("float32").all()
    assert not np.isinf(found["n"]).any()
    assert not found["town"].isna().any()
    missing = table["day"].isna().to_numpy()
    assert (found[dates].isna().to_numpy() == missing[:, None]).all()
    assert (found["n"].isna() == table["n"].isna()).all()


@steady
@given(TABLES, TABLES, st.integers(1, 5))
def test_a_category_has_one_column_or_none(
    train: pd.DataFrame, table: pd.DataFrame, count: int
) -> None:
    kinds = {"town": "category"}
    encoder = model.make_encoder(features.make_features(train, kinds), count)
    encoder.fit(features.make_features(train, kinds))
    X = features.make_features(table, kinds)
    matrix = encoder.transform(X)
    [frequent] = find_frequent(features.make_features(train, kinds), count, max_all=100)
    assert matrix.shape == (len(table), len(frequent))
    np.testing.assert_array_equal(matrix.sum(axis=1) == 1, X["town"].isin(frequent))


@steady
@given(st.lists(st.sampled_from("abcdef"), min_size=1), st.integers(1, 5))
def test_the_most_frequent_categories_are_kept(towns: list[str], count: int) -> None:
    table = pd.DataFrame({"town": towns})
    [kept] = find_frequent(table, count, max_all=100)
    left_out = set(towns) - set(kept)
    highest = max((towns.count(town) for town in left_out), default=0)
    assert highest <= min(towns.count(town) for town in kept)


@steady
@given(TABLES, st.randoms(use_true_random=False))
def test_features_of_a_row_do_not_depend_on_other_rows(table: pd.DataFrame, random: Any) -> None:
    order = list(range(len(table)))
    random.shuffle(order)
    shuffled = features.make_features(table.iloc[order], KINDS)
    together = features.make_features(table, KINDS)
    pd.testing.assert_frame_equal(shuffled, together.iloc[order])
    alone = [features.make_features(table.iloc[[row]], KINDS) for row in range(len(table))]
    pd.testing.assert_frame_equal(pd.concat(alone), together)


@steady
@given(st.lists(st.floats(-1e6, 1e6), min_size=1))
def test_numbers_stay_numbers(values: list[float]) -> None:
    column = pd.Series(values)
    assert columns.find_kind(column) == "number"
    found = features.make_features(pd.DataFrame({"n": column}), {"n": "number"})
    np.testing.assert_array_equal(found["n"], np.float32(values))


@steady
@given(st.lists(st.dates(pd.Timestamp(1700, 1, 1).date()), min_size=1, max_size=9))
def test_dates_are_dates_and_have_five_parts(days: list[Any]) -> None:
    column = pd.Series([str(day) for day in days], dtype=object)
    assert columns.find_kind(column) == "date"
    found = features.make_features(pd.DataFrame({"day": column}), {"day": "date"})
    start = pd.Timestamp(1970, 1, 1).toordinal()
    expected = [[day.year, day.month, day.weekday(), day.toordinal() - start, 0] for day in days]
    assert found.astype(int).to_numpy().tolist() == expected


@steady
@given(st.lists(st.integers(0, 50), min_size=30, max_size=60), st.floats(0.05, 0.5))
def test_a_group_is_never_on_both_sides(groups: list[int], share: float) -> None:
    table = pd.DataFrame({"who": groups, "x": range(len(groups)), "y": range(len(groups))})
    own = config.Data(target="y", group="who", test_size=share)
    settings = config.Config("test", task="regression", data=own)
    if len(set(groups)) < 2:
        return  # one group cannot be split
    is_test = draw_rows(table, settings, table).is_test
    assert is_test.any()
    assert not set(table["who"][is_test]) & set(table["who"][~is_test])


@steady
@given(TABLES, st.randoms(use_true_random=False))
def test_what_identifies_a_row_does_not_depend_on_other_rows_or_types(
    table: pd.DataFrame, random: Any
) -> None:
    for name in table:
        together = write_values(table[name])
        order = list(range(len(table)))
        random.shuffle(order)
        assert write_values(table[name].iloc[order]) == [together[row] for row in order]
        assert write_values(table[name].astype(object)) == together
        text = table[name].astype(str).where(table[name].notna(), None)
        assert write_values(text) == together


@pytest.mark.usefixtures("trained")
def test_dropped_columns_target_and_group_are_not_used(workspace: Path) -> None:
    own = config.load(workspace / "config.yaml")
    some = next(iter(data.load(own).train.kinds))
    without = config.load(workspace / "config.yaml", [f"data.drop=[{some}]"])
    used = columns.find_kinds(data.read(without), without)
    assert not {some, without.data.target, without.data.group} & set(used)
    assert some in columns.find_kinds(data.read(own), own)


@pytest.mark.usefixtures("trained")
@settings(steady, max_examples=20)
@given(drawn=st.data())
def test_any_row_gets_a_finite_prediction_and_the_same_alone(drawn: st.DataObject) -> None:
    loaded = predict.load()
    values = {"number": NUMBERS, "category": TEXTS, "date": DAYS}
    row = st.fixed_dictionaries({name: values[kind] for name, kind in loaded.kinds.items()})
    rows = drawn.draw(st.lists(row, min_size=1, max_size=5))
    predictions = predict.predict(loaded, rows)
    assert [predict.predict(loaded, [one])[0] for one in rows] == predictions
    for prediction in predictions:
        numbers = [value for value in prediction.values() if isinstance(value, float)]
        assert all(math.isfinite(number) for number in numbers)
        if "probabilities" in prediction:
            assert sum(prediction["probabilities"].values()) == pytest.approx(1, abs=1e-3)


def test_onnx_agrees_with_the_model_on_made_up_rows(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    X = make_numbers(random, rows=300, scale=3)
    for task in config.Task.__args__:  # type: ignore[attr-defined]  # a Literal has them
        total = np.nansum(X, axis=1)
        y = (total > 0).astype(int) if task == "classification" else total
        kind = HistGradientBoostingClassifier
        if task == "regression":
            kind = HistGradientBoostingRegressor
        encoder = model.make_encoder(X, max_categories=5)
        fitted = make_pipeline(encoder, kind(max_iter=20)).fit(X, y)
        path = tmp_path / f"{task}.onnx"
        export.export_onnx(fitted, X, path, tolerance=1e-4)
        other = make_numbers(random, rows=500, scale=30)
        for place, value in enumerate([0, 1e30, -1e30, np.nan]):
            other.iloc[place] = value
        expected = export.predict_numbers(fitted, other)
        found = export.run(path, other).reshape(expected.shape)
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


def make_numbers(random: np.random.Generator, rows: int, scale: float) -> pd.DataFrame:
    matrix = random.normal(0, scale, (rows, 4)).astype(np.float32)
    matrix[random.random(matrix.shape) < 0.1] = np.nan
    return pd.DataFrame(matrix, columns=list("abcd"))
