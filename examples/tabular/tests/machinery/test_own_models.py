"""A model of one's own is fitted, saved and opened, or refused in one line with advice."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from churn import config, data, features, model, predict, train
from churn.mlops import saved_code
from churn.mlops.errors import UserError
from churn.mlops.project import TrainingPaths
from churn.mlops.tabular import cross_validation as folds
from churn.mlops.tabular import estimators, export, skops_file

CLASSES = ["no", "yes"]


@pytest.fixture
def X() -> pd.DataFrame:
    """Numbers, a tenth of which is missing; none in the last column."""
    random = np.random.default_rng(0)
    matrix = random.normal(size=(120, 3)).astype(np.float32)
    matrix[:, :2][random.random((120, 2)) < 0.1] = np.nan
    return pd.DataFrame(matrix, columns=["a", "b", "c"])


def targets(X: pd.DataFrame) -> Any:
    return (np.nansum(X, axis=1) > 0).astype(int)


class NoNumbers(ClassifierMixin, BaseEstimator):
    """Learns nothing, and predicts NaN."""

    def fit(self, X: pd.DataFrame, y: Any) -> "NoNumbers":
        assert len(X) == len(y)
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X: pd.DataFrame) -> Any:
        return np.full((len(X), 2), np.nan)


def test_onnx_agrees_with_gradient_boosting_on_the_rows_of_a_table(
    settings: config.Config, tmp_path: Path
) -> None:
    splits = data.load(settings)
    X = features.make_features(splits.train.rows, splits.train.kinds)
    steps = [("encoder", model.make_encoder(X, 30)), ("model", HistGradientBoostingClassifier())]
    fitted = Pipeline(steps).fit(X, data.targets(splits.train))
    path = tmp_path / "model.onnx"
    export.export_onnx(fitted, X, path, tolerance=1e-4)
    test = features.make_features(splits.test.rows, splits.test.kinds)
    for table in (X, test):
        expected = export.predict_numbers(fitted, table)
        np.testing.assert_allclose(export.run(path, table), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    "forest",
    [
        DecisionTreeClassifier(random_state=0),
        DecisionTreeRegressor(random_state=0),
        ExtraTreesClassifier(20, random_state=0),
        ExtraTreesRegressor(20, random_state=0),
        RandomForestClassifier(20, random_state=0),
        RandomForestRegressor(20, random_state=0),
    ],
    ids=lambda forest: type(forest).__name__,
)
def test_onnx_treats_missing_values_as_trees_and_forests_do(
    forest: Any, X: pd.DataFrame, tmp_path: Path
) -> None:
    """The converter leaves it out: a random forest was refused for rows that lack a value."""
    encoder = model.make_encoder(X, max_categories=5)
    fitted = Pipeline([("encoder", encoder), ("model", forest)]).fit(X, targets(X))
    path = tmp_path / "model.onnx"
    export.export_onnx(fitted, X, path, tolerance=1e-5)
    other = X.copy()
    other.iloc[::3, 2] = np.nan
    expected = export.predict_numbers(fitted, other)
    found = export.run(path, other).reshape(expected.shape)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_only_models_with_staged_predictions_have_losses_by_iteration() -> None:
    boosting = make_pipeline(HistGradientBoostingClassifier())
    assert folds.has_stages(boosting, CLASSES)
    assert folds.has_stages(make_pipeline(GradientBoostingClassifier()), CLASSES)
    assert not folds.has_stages(make_pipeline(RandomForestClassifier()), CLASSES)
    assert not folds.has_stages(RandomForestClassifier(), CLASSES)


@pytest.mark.parametrize(
    ("estimator", "words"),
    [
        (LinearSVC(), ['"LinearSVC"', "predict_proba", "CalibratedClassifierCV"]),
        (LogisticRegression(), ['"LogisticRegression"', "NaN", "SimpleImputer"]),
        (object(), ['"object"', '"fit"', "docs/own-model.md"]),
    ],
)
def test_a_model_that_cannot_be_fitted_is_refused(
    estimator: Any, words: list[str], X: pd.DataFrame
) -> None:
    with pytest.raises(UserError) as refusal:
        estimators.fit(estimator, X, targets(X), CLASSES)
    message = str(refusal.value)
    assert all(word in message for word in words), message
    assert "\n" not in message


def test_a_category_without_an_encoder_is_named(X: pd.DataFrame) -> None:
    towns = X.assign(town="Łódź")
    with pytest.raises(UserError, match=r"cannot be fitted: .*make_encoder"):
        estimators.fit(RandomForestClassifier(), towns, targets(X), CLASSES)


def test_a_model_that_predicts_nan_is_refused(X: pd.DataFrame) -> None:
    fitted = NoNumbers().fit(X, targets(X))
    with pytest.raises(UserError, match='"NoNumbers" returns NaN or infinity for 120 of 120 rows'):
        folds.compute_outputs(fitted, X, CLASSES)


def test_what_has_no_converter_is_refused_with_the_setting_that_saves_it(X: pd.DataFrame) -> None:
    steps = make_pipeline(FunctionTransformer(np.nan_to_num), LogisticRegression())
    fitted = steps.fit(X, targets(X))
    with pytest.raises(UserError, match=r'"LogisticRegression" cannot be saved .*skops'):
        export.convert(fitted, X)


def test_a_model_of_numbers_needs_no_encoder_to_be_saved_as_onnx(
    X: pd.DataFrame, tmp_path: Path
) -> None:
    fitted = RandomForestClassifier(5).fit(X, targets(X))
    export.export_onnx(fitted, X, tmp_path / "model.onnx", tolerance=1e-5)
    found = export.run(tmp_path / "model.onnx", X)
    assert np.allclose(found, fitted.predict_proba(X), atol=1e-5)


def test_a_model_without_an_encoder_is_refused_by_onnx_with_what_to_do(X: pd.DataFrame) -> None:
    fitted = RandomForestClassifier(5).fit(X, targets(X))
    towns = X.assign(town="Łódź")
    with pytest.raises(UserError, match=r"make_encoder\(X, \.\.\.\) in front of it"):
        export.convert(fitted, towns)


def test_the_message_about_a_difference_names_its_cause_and_every_cure(X: pd.DataFrame) -> None:
    lacks_value = X.isna().any(axis=1).to_numpy()
    forest = RandomForestClassifier()
    differences = np.where(lacks_value, 0.1, 0.0)
    message = export.explain(forest, X, differences, tolerance=1e-4)
    for words in ["differs by 0.1", "lacks a value", "SimpleImputer", "skops", "onnx_tolerance"]:
        assert words in message, message
    message = export.explain(forest, X, np.full(len(X), 0.1), tolerance=1e-4)
    assert "32-bit" in message
    codes = X.fillna(0).round().abs()
    boosting = HistGradientBoostingClassifier(max_iter=2, categorical_features=[0])
    boosting.fit(codes, targets(X))
    message = export.explain(boosting, codes, np.full(len(X), 0.8), tolerance=1e-4)
    assert "splits by category" in message
    assert "make_encoder" in message


def test_an_onnx_file_that_disagrees_is_refused_above_the_tolerance(
    X: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = model.make_encoder(X, max_categories=5)
    fitted = make_pipeline(encoder, RandomForestClassifier(5)).fit(X, targets(X))
    expected = export.predict_numbers(fitted, X)
    monkeypatch.setattr(export, "run", lambda *_: expected + 0.01)
    path = tmp_path / "model.onnx"
    export.export_onnx(fitted, X, path, tolerance=0.02)
    with pytest.raises(UserError, match=r"differs by 0\.01 .*model_format to skops"):
        export.export_onnx(fitted, X, path, tolerance=1e-4)


@pytest.mark.parametrize("kind", [RandomForestClassifier, HistGradientBoostingClassifier])
def test_skops_writes_the_same_bytes_and_predicts_the_same(
    kind: Any, X: pd.DataFrame, tmp_path: Path
) -> None:
    paths = [tmp_path / "one.skops", tmp_path / "two.skops"]
    for path in paths:
        fitted = make_pipeline(kind(random_state=0)).fit(X, targets(X))
        skops_file.save(fitted, path)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    loaded = skops_file.load(paths[0])
    np.testing.assert_array_equal(loaded.predict_proba(X), fitted.predict_proba(X))


def test_a_type_that_is_not_trusted_is_named(X: pd.DataFrame, tmp_path: Path) -> None:
    fitted = NoNumbers().fit(X, targets(X))
    with pytest.raises(UserError, match=r'holds the type ".*NoNumbers", which is not trusted'):
        skops_file.save(fitted, tmp_path / "model.skops")


def test_only_classes_that_the_team_defines_are_its_own() -> None:
    package = predict.__name__.partition(".")[0]
    assert skops_file.is_own_class(f"{package}.predict.Model")
    assert not skops_file.is_own_class(f"{package}.predict.open_saved")
    assert not skops_file.is_own_class(f"{package}.data.Path")
    assert not skops_file.is_own_class(f"{package}.mlops.saved_code.subprocess")
    assert not skops_file.is_own_class("os.system")


def test_a_model_saved_with_skops_predicts_here_and_with_its_saved_code(
    settings: config.Config, tmp_path: Path
) -> None:
    paths = TrainingPaths.inside(tmp_path)
    own = replace(settings, train=replace(settings.train, model_format="skops"))
    train.train(own, paths)
    assert (paths.model / "model.skops").is_file()
    assert not (paths.model / "model.onnx").exists()
    rows = data.inputs(data.load(own).test)
    expected = predict.outputs(predict.load(paths.model), rows)
    saved_code.save(paths.model)
    np.testing.assert_array_equal(saved_code.compute_outputs(paths.model, rows), expected)
