"""A ColumnTransformer of the team may name columns as it likes, and be in any order."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.ensemble import RandomForestClassifier, StackingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler
from sklearn.svm import SVC

from nimble_package.mlops.errors import UserError
from nimble_package.mlops.tabular import encoders, estimators, export, importance

CLASSES = ["no", "yes"]
KNOWN = {"town": ["Bern", "Łódź"], "plan": ["free", "plus"]}


@pytest.fixture
def X() -> pd.DataFrame:
    """Numbers and texts in turns, as make_features returns them."""
    random = np.random.default_rng(0)
    numbers = random.normal(size=(80, 2)).astype(np.float32)
    columns: dict[str, Any] = {"amount (€)": numbers[:, 0]}
    columns["town"] = pd.Series(random.choice(KNOWN["town"], 80), dtype=object)
    columns["age"] = numbers[:, 1]
    columns["plan"] = pd.Series(random.choice(KNOWN["plan"], 80), dtype=object)
    return pd.DataFrame(columns)


def targets(X: pd.DataFrame) -> Any:
    return (X["age"] + (X["town"] == "Bern") > 0).astype(int).to_numpy()


@pytest.mark.parametrize(
    ("numbers", "texts"),
    [
        (["amount (€)", "age"], ["town", "plan"]),
        (["age", "amount (€)"], ["plan", "town"]),
        ([0, 2], [1, 3]),
        (slice(0, 3, 2), slice(1, 4, 2)),
        (np.array([True, False, True, False]), np.array([False, True, False, True])),
        (make_column_selector(dtype_include="number"), make_column_selector(dtype_include=object)),
    ],
)
def test_columns_by_name_or_by_position_are_saved_as_onnx(
    numbers: Any, texts: Any, X: pd.DataFrame, tmp_path: Path
) -> None:
    encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    steps = [("categories", encoder, texts), ("numbers", StandardScaler(), numbers)]
    columns = ColumnTransformer(steps)
    fitted = Pipeline([("columns", columns), ("model", LogisticRegression())])
    estimators.fit(fitted, X, targets(X), CLASSES)
    export.export_onnx(fitted, X, tmp_path / "model.onnx", tolerance=1e-4)
    assert encoders.find_categories(fitted, X) == KNOWN
    blocks = importance.find_blocks(fitted, X.shape[1])
    assert blocks is not None
    assert [len(block) for block in blocks] == [1, 2, 1, 2]


def test_a_slice_of_names_includes_its_last_one() -> None:
    names = ["a", "b", "c", "d"]
    assert encoders.find_positions(names, slice("b", "c")) == [1, 2]
    assert encoders.find_positions(names, slice(None, "b")) == [0, 1]
    assert encoders.find_positions(names, slice("c", None)) == [2, 3]
    assert encoders.find_positions(names, 3) == [3]


def test_the_categories_of_another_encoder_and_a_single_column_are_found(X: pd.DataFrame) -> None:
    steps = [("scaled", StandardScaler(), [0, 2]), ("towns", OrdinalEncoder(), ["town"])]
    fitted = make_pipeline(ColumnTransformer(steps), LogisticRegression()).fit(X, targets(X))
    assert encoders.find_categories(fitted, X) == {"town": KNOWN["town"]}
    assert encoders.find_categories(LogisticRegression(), X) == {}


def test_a_model_that_gets_its_methods_by_fitting_is_accepted(X: pd.DataFrame) -> None:
    numbers = X[["age"]]
    forest = RandomForestClassifier(5)
    stack = StackingClassifier([("forest", forest), ("linear", LogisticRegression())], cv=2)
    search = GridSearchCV(LogisticRegression(), {"C": [0.1, 1]}, cv=2)
    for model in (stack, make_pipeline(StandardScaler(), search)):
        estimators.fit(model, numbers, targets(X), CLASSES)
        assert estimators.compute_probabilities(model, numbers).shape == (80, 2)


def test_a_model_that_has_no_probabilities_after_fitting_is_refused(X: pd.DataFrame) -> None:
    with pytest.raises(UserError, match=r'"SVC" has no method "predict_proba"'):
        estimators.fit(SVC(), X[["age"]], targets(X), CLASSES)
