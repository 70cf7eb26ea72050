"""No row is learned and judged at once, the model learns, and what is saved is what was trained."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from churn import config, data, features, judge, model, predict, train
from churn.mlops.onnx_model import open_session
from churn.mlops.settings import UserError


@pytest.fixture
def splits(settings: config.Config) -> data.Splits:
    """The prepared rows."""
    return data.load(settings)


def test_no_group_is_on_both_sides_of_a_split(settings: config.Config, splits: data.Splits) -> None:
    names = splits.train[settings.data.group]
    assert names.duplicated().any()
    assert not set(names) & set(splits.test[settings.data.group])
    for fit, hold in judge.folds(settings, splits):
        assert not set(names.iloc[fit]) & set(names.iloc[hold])


def test_with_a_time_the_past_predicts_the_future(splits: data.Splits) -> None:
    table = pd.concat([splits.train, splits.test])
    late = data.held_out(table, config.Data(time="Year"))
    assert table["Year"][late].min() > table["Year"][~late].max()
    timed = config.load(overrides=["data.target=Origin", "data.time=Year", "evaluate.folds=3"])
    for fit, hold in judge.folds(timed, splits):
        years = splits.train["Year"]
        assert years.iloc[fit].max() <= years.iloc[hold].min()


def test_new_rows_do_not_move_old_ones_to_another_split(settings: config.Config) -> None:
    table = data.read(settings)
    old = data.held_out(table[:200], settings.data)
    assert (data.held_out(table, settings.data)[:200] == old).all()
    assert old.any()


def test_the_target_is_no_feature(splits: data.Splits) -> None:
    assert splits.target not in splits.kinds
    assert "Name" not in splits.kinds


def test_the_trees_can_learn_thirty_rows_by_heart(
    settings: config.Config, splits: data.Splits
) -> None:
    rows = splits.train.head(30)
    deep = config.Model(rounds=200, learning_rate=0.3, leaves=30, l2=0.0, least_rows=1)
    matrix = features.fit(rows, splits.kinds, 30).encode(rows)
    trees = model.boosting(dataclasses.replace(settings, model=deep))
    said = judge.figures(
        splits, judge.truth(splits, rows), chances(splits, trees, matrix, judge.truth(splits, rows))
    )
    assert said[judge.MAIN[settings.task]] > 0.99


def chances(
    splits: data.Splits, trees: object, matrix: judge.Array, truth: judge.Array
) -> judge.Array:
    fitted = trees.fit(matrix, truth)  # type: ignore[attr-defined]
    return judge._wide(splits, fitted, model.answers(fitted, matrix))


def test_the_loss_falls(settings: config.Config, splits: data.Splits) -> None:
    steps = judge.fit_fold(settings, splits, *next(iter(judge.folds(settings, splits)))).steps
    losses = [step["train_loss"] for step in steps]
    assert losses == sorted(losses, reverse=True)
    assert steps[-1]["valid_loss"] < steps[0]["valid_loss"]


def test_onnx_agrees_with_the_trees_on_every_row(
    settings: config.Config, splits: data.Splits, tmp_path: Path
) -> None:
    encoder = features.fit(splits.train, splits.kinds, settings.train.levels)
    matrix = encoder.encode(splits.train)
    trees = model.boosting(settings).fit(matrix, judge.truth(splits, splits.train))
    model.export(trees, matrix, tmp_path / "model.onnx")
    session = open_session(tmp_path / "model.onnx")
    for table in (splits.train, splits.test):
        rows = encoder.encode(table)
        np.testing.assert_allclose(
            model.run(session, rows), model.answers(trees, rows), rtol=1e-4, atol=1e-4
        )


def test_an_onnx_file_that_disagrees_is_refused(
    settings: config.Config,
    splits: data.Splits,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    matrix = features.fit(splits.train, splits.kinds, 30).encode(splits.train)
    trees = model.boosting(settings).fit(matrix, judge.truth(splits, splits.train))
    monkeypatch.setattr(model, "run", lambda *_: model.answers(trees, matrix) + 0.01)
    with pytest.raises(UserError, match="away from the model"):
        model.export(trees, matrix, tmp_path / "model.onnx")


@pytest.mark.usefixtures("trained")
def test_gaps_and_unknown_levels_are_no_obstacle(settings: config.Config) -> None:
    rows = [dict.fromkeys(data.load(settings).kinds), *data.sample(settings, 2)]
    for answer in predict.predict(predict.load(), rows):
        assert np.isfinite(answer["confidence"])


@pytest.mark.usefixtures("trained")
def test_a_file_is_predicted_row_by_row(
    splits: data.Splits, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = [
        splits.classes[i] for i in predict.answers(predict.load(), splits.test).argmax(axis=1)
    ]
    for name in ("rows.csv", "rows.parquet"):
        path = tmp_path / name
        write = splits.test.to_csv if path.suffix == ".csv" else splits.test.to_parquet
        write(path, index=False)
        assert predict.main([str(path)]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert [json.loads(line)[splits.target] for line in lines] == expected


@pytest.mark.usefixtures("trained")
def test_a_missing_column_is_named(splits: data.Splits) -> None:
    rows = splits.test.drop(columns="Horsepower").to_dict("records")
    with pytest.raises(UserError, match='"Horsepower" is missing'):
        predict.predict(predict.load(), rows)


def test_the_encoder_is_the_same_after_saving(splits: data.Splits, tmp_path: Path) -> None:
    encoder = features.fit(splits.train, splits.kinds, 30)
    encoder.save(tmp_path / "encoder.json")
    again = features.load(tmp_path / "encoder.json")
    np.testing.assert_array_equal(encoder.encode(splits.test), again.encode(splits.test))


def test_what_columns_become() -> None:
    table = pd.DataFrame(
        {
            "n": [1.5, None],
            "day": ["2024-02-29", None],
            "town": ["東京", None],
            "flag": [True, False],
        }
    )
    kinds = {"n": "number", "day": "date", "town": "category", "flag": "category"}
    encoder = features.fit(table, kinds, 30)
    first, second = (dict(zip(encoder.names, row, strict=True)) for row in encoder.encode(table))
    assert (first["n"], first["day year"], first["day month"], first["day weekday"]) == (
        1.5,
        2024,
        2,
        3,
    )
    assert (first["town 東京"], first["flag True"], second["flag True"]) == (1, 1, 0)
    assert np.isnan([second["n"], second["day days"], second["town 東京"]]).all()
    other = encoder.encode(table.assign(town="Rom"))
    assert dict(zip(encoder.names, other[0], strict=True))["town (other)"] == 1


def test_a_regression_trains_as_well(
    small: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("config.yaml").write_text("experiment: test\ntask: regression\n", encoding="utf-8")
    settings = config.load(overrides=small)
    metrics = train.train(settings).metrics
    assert metrics["model.r2"] > 0.5
    answer = predict.predict(predict.load(), data.sample(settings, 1))[0]
    assert np.isfinite(answer["Miles_per_Gallon"])
