"""Splits and folds of tables with few groups, dates or classes: fewer folds, or one line."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from churn import config, data
from churn.mlops.errors import UserError
from churn.mlops.tabular.cross_validation import Fold, make_folds

TABLE = Path("data/raw/table.csv")
ROWS = 300


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test starts without data and without data/split.yaml."""
    monkeypatch.chdir(tmp_path)
    TABLE.parent.mkdir(parents=True)


def make_settings(table: pd.DataFrame, *overrides: str) -> config.Config:
    """Settings for the table, which is written to its file."""
    table.to_csv(TABLE, index=False, encoding="utf-8")
    Path("config.yaml").write_text("experiment: test\n", encoding="utf-8")
    own = ["data.source=csv", f"data.path={TABLE.as_posix()}", "data.target=y"]
    return config.load(overrides=[*own, *overrides])


def fold(settings: config.Config) -> tuple[data.Splits, list[Fold]]:
    """The prepared rows and the folds of the training rows."""
    splits = data.load(settings)
    train = splits.train
    folds = make_folds(train.rows, data.targets(train), train.groups, settings)
    return splits, folds


def make_survivors(rows: int) -> pd.DataFrame:
    """A table of three categories, where many rows have equal inputs and different outcomes."""
    random = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "sex": random.choice(["woman", "man"], rows, p=[0.2, 0.8]),
            "cabin": random.choice(["first", "second", "third", "crew"], rows),
            "age": random.choice(["adult", "child"], rows, p=[0.9, 0.1]),
        }
    )
    share = np.where(table["sex"] == "woman", 0.7, 0.2)
    return table.assign(y=np.where(random.random(rows) < share, "yes", "no"))


@pytest.mark.parametrize("rows", [300, 2000])
def test_rows_with_equal_inputs_stay_on_one_side(rows: int) -> None:
    settings = make_settings(make_survivors(rows))
    splits, folds = fold(settings)
    inputs = ["sex", "cabin", "age"]
    sides = [set(map(tuple, part.rows[inputs].to_numpy())) for part in (splits.train, splits.test)]
    assert not sides[0] & sides[1]
    distinct = len(sides[0] | sides[1])
    summary = data.prepare(settings)["summary"]
    assert f"{distinct} of the {rows} rows are distinct" in summary
    assert len(splits.test.rows) / rows == pytest.approx(0.2, abs=0.07)
    train = splits.train.rows[inputs].astype(str).agg(" ".join, axis=1)
    for part in folds:
        assert not set(train.iloc[part.train]) & set(train.iloc[part.valid])


def test_a_number_that_is_not_used_does_not_tell_equal_rows_apart() -> None:
    table = make_survivors(ROWS).assign(passenger=np.arange(ROWS))
    summary = data.prepare(make_settings(table, "data.drop=[passenger]"))["summary"]
    assert f"of the {ROWS} rows are distinct" in summary
    assert "distinct" not in data.prepare(make_settings(table, "data.id=passenger"))["summary"]


def test_few_distinct_rows_are_fewer_folds_or_one_line(caplog: pytest.LogCaptureFixture) -> None:
    random = np.random.default_rng(0)
    y = random.choice(["yes", "no"], ROWS)
    four = pd.DataFrame({"a": np.arange(ROWS) % 4, "y": y})
    splits, folds = fold(make_settings(four))
    assert len(folds) == splits.train.rows["a"].nunique() < 5
    assert f"{len(folds)} folds instead of 5" in caplog.text
    two = make_settings(four.assign(a=np.arange(ROWS) % 2))
    with pytest.raises(UserError, match=r"only 2 of the 300 rows are distinct.*data\.id"):
        data.prepare(two)


@pytest.mark.parametrize("count", [3, 4, 6])
def test_few_groups_are_fewer_folds(count: int) -> None:
    random = np.random.default_rng(0)
    table = pd.DataFrame({"who": np.arange(ROWS) % count, "x": random.normal(size=ROWS)})
    table["y"] = random.choice(["yes", "no"], ROWS)
    settings = make_settings(table, "data.group=who", "evaluate.folds=2")
    splits, folds = fold(settings)
    assert min(len(splits.train.rows), len(splits.test.rows)) >= ROWS // count
    assert len(folds) == 2


def test_a_row_without_a_group_is_one_of_its_own() -> None:
    random = np.random.default_rng(0)
    table = pd.DataFrame({"who": random.integers(0, 9, ROWS).astype(object)})
    table["x"] = random.normal(size=ROWS)
    table["y"] = random.choice(["yes", "no"], ROWS)
    table.loc[random.random(ROWS) < 0.6, "who"] = None
    settings = make_settings(table, "data.group=who")
    splits, _ = fold(settings)
    alone = [part.rows["who"].isna().sum() for part in (splits.train, splits.test)]
    assert alone[1] / sum(alone) == pytest.approx(0.2, abs=0.08)
    before = set(splits.test.rows["x"])
    changed = table.assign(more=np.arange(ROWS) * 0.5, y=table["y"].replace("yes", "ja"))
    after = data.load(make_settings(changed, "data.group=who"))
    assert set(after.test.rows["x"]) == before


def test_a_class_of_one_group_is_named_and_kept_in_training() -> None:
    random = np.random.default_rng(0)
    for only in range(12):
        table = pd.DataFrame({"who": random.integers(0, 12, ROWS), "x": random.normal(size=ROWS)})
        table["y"] = np.where(table["who"] == only, "rare", random.choice(["yes", "no"], ROWS))
        settings = make_settings(table, "data.group=who")
        Path("data/split.yaml").unlink(missing_ok=True)
        splits = data.load(settings)
        assert "rare" in set(splits.train.rows["y"])
        summary = data.prepare(settings)["summary"]
        assert f'"rare", which is only in the group "{only}" of "who"' in summary


def make_history(dates: object, y: object) -> pd.DataFrame:
    """Rows in order of their dates."""
    x = np.random.default_rng(0).normal(size=ROWS)
    return pd.DataFrame({"day": dates, "x": x, "y": y})


DAYS = pd.date_range("2024-01-01", periods=ROWS).strftime("%Y-%m-%d")
MIXED = np.where(np.random.default_rng(1).random(ROWS) < 0.5, "yes", "no")


@pytest.mark.parametrize(("start", "count"), [(30, 5), (60, 4), (180, 1)])
def test_one_class_at_the_start_is_fewer_folds(start: int, count: int) -> None:
    y = np.where(np.arange(ROWS) < start, "no", MIXED)
    splits, folds = fold(make_settings(make_history(DAYS, y), "data.time=day"))
    assert len(folds) == count
    for part in folds:
        assert splits.train.rows["y"].iloc[part.train].nunique() == 2


def test_one_class_until_the_last_fold_is_one_line() -> None:
    y = np.where(np.arange(ROWS) < 235, "no", MIXED)
    with pytest.raises(UserError, match=r'"day": in no fold .*evaluate\.folds'):
        fold(make_settings(make_history(DAYS, y), "data.time=day"))


def test_a_class_that_only_the_newest_rows_have_is_named_and_kept_in_training() -> None:
    y = np.where(np.arange(ROWS) < 260, MIXED, "new")
    settings = make_settings(make_history(DAYS, y), "data.time=day")
    splits, _ = fold(settings)
    for part in (splits.train, splits.test):
        assert (part.rows["y"] == "new").sum() == 20
    assert (
        'only rows from 2024-09-17 00:00:00+00:00 on have the class "new"'
        in (data.prepare(settings)["summary"])
    )


def test_a_class_of_the_newest_date_alone_is_one_line() -> None:
    days = np.where(np.arange(ROWS) < 260, DAYS, "2025-01-01")
    y = np.where(np.arange(ROWS) < 260, MIXED, "new")
    with pytest.raises(UserError, match=r'rows of the newest date .* have the class "new"'):
        data.prepare(make_settings(make_history(days, y), "data.time=day"))


@pytest.mark.parametrize("newest", [90, 150])
def test_one_date_in_the_newest_fifth_is_the_test_split(newest: int) -> None:
    days = np.where(np.arange(ROWS) < ROWS - newest, DAYS, "2025-01-01")
    splits, folds = fold(make_settings(make_history(days, MIXED), "data.time=day"))
    assert set(splits.test.rows["day"]) == {"2025-01-01"}
    assert len(splits.test.rows) == newest
    assert len(folds) == 5


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_few_dates_are_fewer_folds_or_one_line(count: int) -> None:
    days = DAYS[np.arange(ROWS) * count // ROWS]
    settings = make_settings(make_history(days, MIXED), "data.time=day")
    if count < 3:
        with pytest.raises(UserError, match=rf'"day" has {count} different dates: at least 3'):
            fold(settings)
        return
    splits, folds = fold(settings)
    assert splits.test.rows["day"].nunique() == 1
    assert 1 <= len(folds) < count
    times = splits.train.rows["day"]
    for part in folds:
        assert times.iloc[part.train].max() < times.iloc[part.valid].min()
