"""Importance is measured in the encoded matrix, and is that of scikit-learn's function."""

import dataclasses
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.inspection import permutation_importance

from churn import config, model
from churn.mlops import scoring
from churn.mlops.tabular import cross_validation, importance
from churn.mlops.tabular.cross_validation import Fold, FoldResult

ROWS = 200
CLASSES = ["no", "yes"]
SETTINGS = config.Config("test", model=config.Model(max_iter=10))


def make_table(numbers: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Numbers, of which the first one counts, and a category that counts as well."""
    random = np.random.default_rng(0)
    X = pd.DataFrame(random.normal(size=(ROWS, numbers)).astype("float32"))
    X.columns = [f"number {column}" for column in X.columns]
    X.insert(1, "town", random.choice(["Łódź", "東京", "Rom"], ROWS))
    signal = X["number 0"] + 2 * (X["town"] == "Rom") + random.normal(size=ROWS) / 2
    return X, np.asarray(signal > 0.6, dtype=int)


def fit(make: Any, numbers: int) -> FoldResult:
    """A model that is fitted on three quarters of the rows."""
    X, y = make_table(numbers)
    fold = Fold(np.arange(150), np.arange(150, ROWS))
    baseline = model.make_baseline(SETTINGS, X)
    return cross_validation.fit_fold(make(SETTINGS, X), baseline, X, y, fold, CLASSES)


@pytest.mark.parametrize("make", [model.make_model, model.make_baseline])
def test_importance_is_that_of_scikit_learn(make: Any) -> None:
    result = fit(make, 4)
    chosen = scoring.make(SETTINGS.evaluate, CLASSES)

    def score(estimator: Any, X: pd.DataFrame, y_true: np.ndarray) -> float:
        return chosen.compute(y_true, cross_validation.compute_outputs(estimator, X, CLASSES))

    found = importance.measure_importance([result, result], chosen)
    assert found.shape == (2, 5)
    expected = permutation_importance(
        result.model, result.X, result.y_true, scoring=score, n_repeats=20, random_state=0
    )
    spread = 4 * expected.importances_std + 0.02
    assert (np.abs(found[0] - expected.importances_mean) < spread).all()
    assert found[0, :2].min() > 0.05


def test_a_model_with_another_encoder_is_measured_by_shuffling_its_table() -> None:
    result = fit(model.make_model, 4)

    class Wrapped:
        """A model that is no pipeline."""

        classes_ = result.model.classes_

        def predict_proba(self, X: pd.DataFrame) -> np.ndarray:
            return np.asarray(result.model.predict_proba(X))

    own = dataclasses.replace(result, model=Wrapped())
    chosen = scoring.make(SETTINGS.evaluate, CLASSES)
    found = importance.measure_importance([own, result], chosen)
    np.testing.assert_allclose(found[0], found[1])


def test_a_wide_table_is_encoded_once_and_unused_columns_are_not_measured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    result = fit(model.make_model, 300)
    calls = {"transform": 0, "predict": 0}
    transform, predict = type(result.model[0]).transform, cross_validation.compute_outputs

    def count_transform(*arguments: Any, **options: Any) -> Any:
        calls["transform"] += 1
        return transform(*arguments, **options)

    def count_predict(*arguments: Any) -> Any:
        calls["predict"] += 1
        return predict(*arguments)

    monkeypatch.setattr(type(result.model[0]), "transform", count_transform)
    monkeypatch.setattr(importance, "compute_outputs", count_predict)
    found = importance.measure_importance([result], scoring.make(SETTINGS.evaluate, CLASSES))
    assert calls["transform"] == 1
    assert np.count_nonzero(found) <= calls["predict"] <= 50  # 10 trees of 6 leaves


def test_progress_is_shown_when_it_takes_long(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    monkeypatch.setattr(importance, "SECONDS", 0.0)
    result = fit(model.make_model, 4)
    importance.measure_importance([result], scoring.make(SETTINGS.evaluate, CLASSES))
    assert "permutation importance: 100 %" in caplog.text
