"""The size of a model of tables: its coefficients, or the nodes of its trees."""

from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import (
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from churn.mlops.project import MODEL
from churn.mlops.tabular import parameters
from churn.mlops.training import FinishedRun
from churn.project import PROJECT

X = np.random.default_rng(0).normal(size=(60, 4))
Y = (X[:, 0] + X[:, 1] > 0).astype(int)
FOREST = RandomForestClassifier(5, random_state=0).fit(X, Y)
MLP = MLPClassifier((7,), max_iter=1, random_state=0)


@pytest.mark.parametrize(
    ("model", "count"),
    [
        (LogisticRegression(), 5),
        (Ridge(), 5),
        (LinearSVC(), 5),
        (MLP, 4 * 7 + 7 + 7 + 1),
        (DecisionTreeClassifier(max_depth=1), 3),
        (GradientBoostingRegressor(n_estimators=4, max_depth=1), 4 * 3),
        (HistGradientBoostingClassifier(max_iter=6, max_leaf_nodes=2), 6 * 3),
        (KNeighborsClassifier(), None),
    ],
    ids=lambda value: type(value).__name__,
)
@pytest.mark.filterwarnings("ignore:.*Maximum iterations")
def test_coefficients_and_nodes_are_counted(model: Any, count: int | None) -> None:
    assert parameters.count(make_pipeline(StandardScaler(), model).fit(X, Y)) == count


def test_a_forest_has_the_nodes_of_its_trees() -> None:
    expected = sum(tree.tree_.node_count for tree in FOREST.estimators_)
    assert parameters.count(FOREST) == expected


def test_the_saved_model_says_how_large_it_is(trained: FinishedRun) -> None:
    assert trained.metrics
    assert PROJECT.count_parameters
    count = PROJECT.count_parameters(PROJECT.load_model(MODEL))
    assert count is not None
    assert count > 0
