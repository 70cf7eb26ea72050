"""Splits do not leak, the model learns, and the saved model is the one that was trained."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import small_data

from nimble_package import config, data, features, model, predict, train
from nimble_package.mlops import scoring
from nimble_package.mlops.commands import predict as predict_command
from nimble_package.mlops.errors import UserError
from nimble_package.mlops.project import TrainingPaths
from nimble_package.mlops.tabular import cross_validation

DAY = "inspected on"
HOURS = ["data.target=hours", "data.drop=[inspection, state]"]


@pytest.fixture
def splits(settings: config.Config) -> data.Splits:
    """The prepared rows."""
    return data.load(settings)


@pytest.fixture
def X(splits: data.Splits) -> pd.DataFrame:
    """The features of the training rows."""
    return features.make_features(splits.train.rows, splits.train.kinds)


def make_folds(settings: config.Config, examples: data.Examples) -> list[cross_validation.Fold]:
    y = data.targets(examples)
    return cross_validation.make_folds(examples.rows, y, examples.groups, settings)


def test_no_group_is_on_both_sides_of_a_split(settings: config.Config, splits: data.Splits) -> None:
    names = splits.train.rows[settings.data.group]
    assert names.duplicated().any()
    assert not set(names) & set(splits.test.rows[settings.data.group])
    for fold in make_folds(settings, splits.train):
        assert not set(names.iloc[fold.train]) & set(names.iloc[fold.valid])


def test_with_a_time_the_past_predicts_the_future(splits: data.Splits) -> None:
    timed = config.load(overrides=['data.group=""', f"data.time={DAY}"])
    days = splits.train.rows[DAY]
    for fold in make_folds(timed, splits.train):
        assert days.iloc[fold.train].max() <= days.iloc[fold.valid].min()


def test_target_group_and_dropped_columns_are_not_features(
    settings: config.Config, splits: data.Splits
) -> None:
    unused = {settings.data.target, settings.data.group, *settings.data.drop}
    assert len(unused) > 3
    assert not unused & set(splits.train.kinds)
    assert splits.train.target not in data.inputs(splits.train)[0]


def test_the_model_can_memorise_thirty_rows(
    settings: config.Config, splits: data.Splits, X: pd.DataFrame
) -> None:
    few, y = X.head(30), data.targets(splits.train)[:30]
    deep = config.Model(
        max_iter=200, learning_rate=0.3, max_leaf_nodes=30, l2_regularization=0, min_samples_leaf=1
    )
    fitted = model.make_model(replace(settings, model=deep), few).fit(few, y)
    outputs = cross_validation.compute_outputs(fitted, few, splits.train.classes)
    assert scoring.make(settings.evaluate, splits.train.classes, y).compute(y, outputs) > 0.9


def test_the_loss_falls(settings: config.Config, splits: data.Splits, X: pd.DataFrame) -> None:
    fold = make_folds(settings, splits.train)[0]
    result = cross_validation.fit_fold(
        model.make_model(settings, X.iloc[fold.train]),
        model.make_baseline(settings, X.iloc[fold.train]),
        X,
        data.targets(splits.train),
        fold,
        splits.train.classes,
    )
    if not result.curve:
        pytest.skip("this model has no losses by iteration")
    losses = [row["train_loss"] for row in result.curve]
    assert losses == sorted(losses, reverse=True)
    assert result.curve[-1]["valid_loss"] < result.curve[0]["valid_loss"]


@pytest.mark.usefixtures("trained")
def test_missing_values_and_unknown_categories_are_predicted(
    settings: config.Config, splits: data.Splits
) -> None:
    rows = [dict.fromkeys(splits.test.kinds), *data.inputs(splits.test)[:2]]
    for prediction in predict.predict(predict.load(), rows):
        assert np.isfinite(prediction["confidence"])
    assert settings.task == "classification"


@pytest.mark.usefixtures("trained")
def test_a_file_is_predicted_row_by_row(
    splits: data.Splits, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outputs = predict.outputs(predict.load(), data.inputs(splits.test))
    expected = [splits.test.classes[number] for number in outputs.argmax(axis=1)]
    for name in ("rows.csv", "rows.parquet"):
        path = tmp_path / name
        rows = splits.test.rows
        write = rows.to_csv if path.suffix == ".csv" else rows.to_parquet
        write(path, index=False)
        assert predict_command.main([str(path)]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert [json.loads(line)[splits.test.target] for line in lines] == expected


@pytest.mark.usefixtures("trained")
def test_a_missing_column_is_named(splits: data.Splits) -> None:
    rows = splits.test.rows.drop(columns="vibration").to_dict("records")
    with pytest.raises(UserError, match='"vibration" is missing'):
        predict.predict(predict.load(), rows)


@pytest.mark.usefixtures("trained")
def test_the_signature_names_columns_classes_and_known_categories(splits: data.Splits) -> None:
    loaded = predict.load()
    found = predict.signature(loaded)
    assert {field.name: field.kind for field in found.inputs} == splits.train.kinds
    assert list(found.outputs[0].allowed) == splits.train.classes


def test_columns_become_features() -> None:
    table = pd.DataFrame(
        {
            "n": [1.5, None],
            "day": ["2024-02-29 18:30", None],
            "town": ["東京", None],
            "flag": [True, False],
        }
    )
    kinds = {"n": "number", "day": "date", "town": "category", "flag": "category"}
    found = features.make_features(table, kinds)
    dates = ["day year", "day month", "day weekday", "day days", "day hour"]
    assert list(found) == ["n", *dates, "town", "flag"]
    assert found.loc[0, ["n", *dates[:3]]].tolist() == [1.5, 2024, 2, 3]
    assert found.loc[0, "day hour"] == 18.5
    assert found["town"].tolist() == ["東京", features.MISSING]
    assert found["flag"].tolist() == ["True", "False"]
    assert found.loc[1, ["n", *dates]].isna().all()


def test_only_frequent_categories_get_a_column() -> None:
    towns = ["a"] * 3 + ["b"] * 2 + ["c"]
    X = pd.DataFrame({"town": pd.Series(towns, dtype=object)})
    encoder = model.make_encoder(X, max_categories=2).fit(X)
    assert encoder.transform(X).tolist() == [[1, 0]] * 3 + [[0, 1]] * 2 + [[0, 0]]


def test_a_class_that_the_training_rows_lack_has_probability_zero() -> None:
    found = cross_validation.expand(np.array([[0.4, 0.6]]), np.array([0, 2]), 3)
    assert found.tolist() == [[0.4, 0.0, 0.6]]


def test_a_regression_trains_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    small_data.write(tmp_path)
    settings = config.load(overrides=["task=regression", *HOURS])
    found = train.train(settings, TrainingPaths()).metrics
    assert found["model.r2"] > 0.5
    rows = data.inputs(data.load(settings).test)[:1]
    prediction = predict.predict(predict.load(), rows)[0]
    assert np.isfinite(prediction["hours"])
