"""Rows of a table are predicted for whatever types the columns of a data frame have."""

from pathlib import Path
from typing import Any

import pytest

from churn.mlops import tables
from churn.mlops.project import MODEL
from churn.mlops.training import FinishedRun
from churn.project import PROJECT


@pytest.fixture(scope="module")
def model(trained: FinishedRun, workspace: Path) -> Any:
    """The model in models/current."""
    assert trained.metrics
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(workspace)
        return PROJECT.load_model(MODEL)


def find_columns(model: Any, table: Any, kind: str) -> list[str]:
    """The columns of one kind that a table has: those that the team computes are in no table."""
    fields = PROJECT.signature(model).inputs
    return [field.name for field in fields if field.kind == kind and field.name in table]


def test_the_predictions_of_a_table_are_those_of_its_rows(
    model: Any, settings: Any, tmp_path: Path
) -> None:
    rows = PROJECT.sample(settings, 5)
    table = PROJECT.example_table(settings, rows, Path()) if PROJECT.example_table else None
    assert table is not None
    found = tables.predict(model, table)
    path = tmp_path / "table.csv"
    table.to_csv(path, index=False)
    read = [row for _, row in PROJECT.read_inputs(model, [str(path)])]
    name = PROJECT.signature(model).outputs[0].name
    assert found[name].tolist() == [row[name] for row in PROJECT.predict(model, read)]


@pytest.mark.parametrize("dtype", ["object", "category"])
def test_other_types_of_a_column_give_the_same_predictions(
    model: Any, settings: Any, dtype: str
) -> None:
    rows = PROJECT.sample(settings, 5)
    assert PROJECT.example_table
    table = PROJECT.example_table(settings, rows, Path())
    texts = find_columns(model, table, "category")
    changed = table.astype(dict.fromkeys(texts, dtype))
    assert tables.predict(model, changed).equals(tables.predict(model, table))


def test_whole_numbers_and_gaps_are_numbers(model: Any, settings: Any) -> None:
    assert PROJECT.example_table
    table = PROJECT.example_table(settings, PROJECT.sample(settings, 5), Path())
    numbers = find_columns(model, table, "number")
    whole = table.fillna(dict.fromkeys(numbers, 0)).astype(dict.fromkeys(numbers, "int64"))
    gaps = whole.astype(dict.fromkeys(numbers, "object"))
    gaps.loc[gaps.index[0], numbers] = None
    assert len(tables.predict(model, whole)) == len(tables.predict(model, gaps)) == 5
