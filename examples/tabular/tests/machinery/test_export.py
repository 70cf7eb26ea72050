"""An exported model depends on the data and the settings only."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from onnx import ModelProto, helper
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
)
from sklearn.pipeline import Pipeline
from sklearn.tree import DecisionTreeRegressor

from churn import model
from churn.mlops.tabular import export
from churn.mlops.tabular.export import sort_operator_sets


def test_the_operator_sets_of_a_model_are_in_the_order_of_their_names() -> None:
    """skl2onnx keeps them in a set: with another PYTHONHASHSEED the file had other bytes."""
    names = ["ai.onnx.ml", "", "com.microsoft"]
    one = ModelProto(opset_import=[helper.make_opsetid(name, 1) for name in names])
    two = ModelProto(opset_import=[helper.make_opsetid(name, 1) for name in reversed(names)])
    sort_operator_sets(one)
    sort_operator_sets(two)
    assert [each.domain for each in one.opset_import] == sorted(names)
    assert one.SerializeToString() == two.SerializeToString()


@pytest.mark.parametrize(
    "estimator",
    [
        HistGradientBoostingClassifier(max_iter=10, min_samples_leaf=1),
        HistGradientBoostingRegressor(max_iter=10, min_samples_leaf=1),
        GradientBoostingRegressor(n_estimators=10),
        RandomForestClassifier(n_estimators=10, random_state=0),
        ExtraTreesClassifier(n_estimators=10, random_state=0),
        DecisionTreeRegressor(),
    ],
)
def test_a_value_that_is_a_threshold_goes_the_same_way_in_onnx(
    estimator: Any, tmp_path: Path
) -> None:
    """No row of the training has such a value, so the comparison in a training cannot see it."""
    random = np.random.default_rng(0)
    values = random.integers(0, 200, 300) / 100
    X = pd.DataFrame({"x": values.astype(np.float32)})
    y = (random.random(300) < values / 2).astype(int)
    fitted = Pipeline([("encoder", model.make_encoder(X, 30)), ("model", estimator)]).fit(X, y)
    halfway = np.arange(0.005, 2, 0.005).astype(np.float32)
    on_cuts = pd.DataFrame({"x": halfway})
    expected = export.predict_numbers(fitted, on_cuts)
    path = tmp_path / "model.onnx"
    path.write_bytes(export.convert(fitted, X))
    np.testing.assert_allclose(
        export.run(path, on_cuts).reshape(expected.shape), expected, rtol=1e-4, atol=1e-4
    )
    np.testing.assert_array_equal(export.predict_numbers(fitted, on_cuts), expected)
