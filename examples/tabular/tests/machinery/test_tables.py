"""The saved model predicts for a table with one row for each input."""

from pathlib import Path
from typing import Any

import pytest

from churn.mlops import tables
from churn.mlops.errors import UserError
from churn.mlops.project import FILE_KINDS, MODEL
from churn.mlops.training import FinishedRun
from churn.project import PROJECT


@pytest.fixture(scope="module")
def saved(trained: FinishedRun, workspace: Path, settings: Any) -> tables.SavedModel:
    """The model in models/current, and some inputs."""
    assert trained.metrics
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(workspace)
        inputs = PROJECT.sample(settings, 3)
        return tables.SavedModel(settings, PROJECT.load_model(MODEL), inputs)


def test_an_example_has_the_columns_of_a_user_and_one_prediction_for_each_row(
    saved: tables.SavedModel, tmp_path: Path
) -> None:
    example = saved.make_example(tmp_path)
    assert set(example.required) <= set(example.inputs.columns)
    assert len(example.outputs) == len(example.inputs) == 3
    kind = PROJECT.signature(saved.model).inputs[0].kind
    if kind in FILE_KINDS:
        assert list(example.required) == [tables.PATH]
        assert all((tmp_path / name).is_file() for name in example.inputs[tables.PATH])


def test_a_table_keeps_its_index_and_may_be_empty(saved: tables.SavedModel, tmp_path: Path) -> None:
    table = saved.make_example(tmp_path).inputs
    table.index = table.index + 10
    assert list(tables.predict(saved.model, table, tmp_path).index) == [10, 11, 12]
    assert tables.predict(saved.model, table.iloc[:0], tmp_path).empty


def test_a_column_that_is_missing_is_named(saved: tables.SavedModel, tmp_path: Path) -> None:
    example = saved.make_example(tmp_path)
    name = next(iter(example.required))
    table = example.inputs.drop(columns=name).assign(another="text")
    with pytest.raises(UserError, match=f'"{name}" is missing'):
        tables.predict(saved.model, table, tmp_path)
