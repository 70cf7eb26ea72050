"""What holds for every table, tried on made-up ones; the same ones every time."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nimble_package import config, data, features, model, predict
from nimble_package.mlops.tabular import columns

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
@given(TABLES, TABLES, st.integers(1, 5))
def test_a_table_becomes_a_matrix_of_the_named_shape(
    seen: pd.DataFrame, table: pd.DataFrame, levels: int
) -> None:
    encoder = features.fit(seen, KINDS, levels)
    matrix = encoder.encode(table)
    assert matrix.shape == (len(table), len(encoder.names))
    assert matrix.dtype == np.float32
    assert len(set(encoder.names)) == len(encoder.names)
    assert not np.isinf(matrix).any()
    assert len(encoder.levels["town"]) <= levels
    for name, kind in KINDS.items():
        places = [at for at, part in enumerate(encoder.names) if part.split(" ")[0] == name]
        gone = table[name].isna().to_numpy()
        assert np.isnan(matrix[np.ix_(gone, places)]).all(), kind
        assert not np.isnan(matrix[np.ix_(~gone, places)]).any(), kind


@steady
@given(TABLES)
def test_a_category_is_exactly_one_level_or_the_other(table: pd.DataFrame) -> None:
    encoder = features.fit(table, {"town": "category"}, 3)
    matrix = encoder.encode(table)
    there = table["town"].notna().to_numpy()
    assert (matrix[there].sum(1) == 1).all()
    rare = ~table["town"].isin(encoder.levels["town"]).to_numpy() & there
    np.testing.assert_array_equal(matrix[there, -1] == 1, rare[there])


@steady
@given(st.lists(st.sampled_from("abcdef"), min_size=1), st.integers(1, 5))
def test_the_commonest_levels_are_kept(towns: list[str], levels: int) -> None:
    table = pd.DataFrame({"town": towns})
    kept = features.fit(table, {"town": "category"}, levels).levels["town"]
    left_out = set(towns) - set(kept)
    assert max(map(towns.count, left_out), default=0) <= min(map(towns.count, kept))


@steady
@given(TABLES, st.randoms(use_true_random=False))
def test_rows_are_encoded_one_by_one(table: pd.DataFrame, random: Any) -> None:
    encoder, order = features.fit(table, KINDS, 3), list(range(len(table)))
    random.shuffle(order)
    np.testing.assert_array_equal(
        encoder.encode(table)[order], encoder.encode(table.iloc[order].reset_index(drop=True))
    )
    alone = [encoder.encode(table.iloc[[at]]) for at in range(len(table))]
    np.testing.assert_array_equal(np.concatenate(alone), encoder.encode(table))


@steady
@given(TABLES, st.integers(1, 5))
def test_a_saved_encoder_encodes_the_same(
    tmp_path_factory: pytest.TempPathFactory, table: pd.DataFrame, levels: int
) -> None:
    path: Path = tmp_path_factory.getbasetemp() / "encoder.json"
    encoder = features.fit(table, KINDS, levels)
    encoder.save(path)
    np.testing.assert_array_equal(encoder.encode(table), features.load(path).encode(table))


@steady
@given(st.lists(st.floats(-1e6, 1e6), min_size=1))
def test_numbers_stay_numbers(values: list[float]) -> None:
    column = pd.Series(values)
    assert columns.kind(column) == "number"
    found = features.fit(pd.DataFrame({"n": column}), {"n": "number"}, 3)
    np.testing.assert_array_equal(
        found.encode(pd.DataFrame({"n": column}))[:, 0], np.float32(values)
    )


@steady
@given(st.lists(st.dates(pd.Timestamp(1700, 1, 1).date()), min_size=1, max_size=9))
def test_dates_are_dates_and_their_parts_say_which(days: list[Any]) -> None:
    column = pd.Series([str(day) for day in days], dtype=object)
    assert columns.kind(column) == "date"
    matrix = features.fit(pd.DataFrame({"day": column}), {"day": "date"}, 3).encode(
        pd.DataFrame({"day": column})
    )
    start = pd.Timestamp(1970, 1, 1).toordinal()
    expected = [(day.year, day.month, day.weekday(), day.toordinal() - start) for day in days]
    assert [tuple(map(int, row)) for row in matrix] == expected


@steady
@given(st.lists(st.integers(0, 50), min_size=30, max_size=60), st.floats(0.05, 0.5))
def test_a_group_never_stands_on_both_sides(groups: list[int], share: float) -> None:
    table = pd.DataFrame({"who": groups, "x": range(len(groups))})
    late = data.held_out(table, config.Data(group="who", test_share=share))
    assert late.any()
    assert not set(table["who"][late]) & set(table["who"][~late])


@pytest.mark.usefixtures("trained")
def test_what_must_not_be_used_is_not_used(room: Path, small: list[str]) -> None:
    own = config.load(room / "config.yaml", small)
    some = next(iter(data.load(own).kinds))
    without = config.load(room / "config.yaml", [*small, f"data.drop=[{some}]"])
    used = columns.kinds(data.read(without), without)
    assert not {some, without.data.target, without.data.group} & set(used)
    assert some in columns.kinds(data.read(own), own)


@pytest.mark.usefixtures("trained")
@settings(steady, max_examples=20)
@given(drawn=st.data())
def test_any_row_gets_a_finite_answer_and_the_same_alone(drawn: st.DataObject) -> None:
    loaded = predict.load()
    values = {"number": NUMBERS, "category": TEXTS, "date": DAYS}
    row = st.fixed_dictionaries({n: values[kind] for n, kind in loaded.encoder.kinds.items()})
    rows = drawn.draw(st.lists(row, min_size=1, max_size=5))
    answers = predict.predict(loaded, rows)
    assert [predict.predict(loaded, [one])[0] for one in rows] == answers
    for answer in answers:
        figures = [value for value in answer.values() if isinstance(value, float)]
        assert all(math.isfinite(figure) for figure in figures)
        if "chances" in answer:
            assert sum(answer["chances"].values()) == pytest.approx(1, abs=1e-3)


def test_onnx_agrees_with_the_trees_on_made_up_rows(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    matrix = random.normal(0, 3, (300, 4)).astype(np.float32)
    matrix[random.random(matrix.shape) < 0.1] = np.nan
    for task in ("classification", "regression"):
        how = config.Config("t", task=task, model=config.Model(rounds=20))  # type: ignore[arg-type]
        truth = np.nansum(matrix, 1) > 0 if task == "classification" else np.nansum(matrix, 1)
        trees = model.boosting(how).fit(matrix, truth)
        model.export(trees, matrix, tmp_path / f"{task}.onnx")
        session = model.open_session(tmp_path / f"{task}.onnx")
        other = random.normal(0, 30, (500, 4)).astype(np.float32)
        other[random.random(other.shape) < 0.2] = np.nan
        other[:4] = [[0] * 4, [1e30] * 4, [-1e30] * 4, [np.nan] * 4]
        np.testing.assert_allclose(
            model.run(session, other), model.answers(trees, other), rtol=1e-4, atol=1e-4
        )
