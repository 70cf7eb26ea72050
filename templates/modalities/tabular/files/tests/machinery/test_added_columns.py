"""A column that the team computes from others is there in training and in prediction."""

from pathlib import Path

import pandas as pd
import pytest
import small_data

from nimble_package import data, predict
from nimble_package.config import Config
from nimble_package.mlops.errors import UserError
from nimble_package.mlops.training import run_training


def add_warmth(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(warmth=table["temperature (°C)"] - table["vibration"])


@pytest.fixture(autouse=True)
def own_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder for one test: its trainings replace no model of other tests."""
    small_data.write(tmp_path)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def with_warmth(monkeypatch: pytest.MonkeyPatch) -> None:
    """The team has added a column in features.py."""
    monkeypatch.setattr(data, "add_columns", add_warmth)
    monkeypatch.setattr(predict, "add_columns", add_warmth)


@pytest.fixture
def raw_file(settings: Config, tmp_path: Path) -> Path:
    """Rows as their source has them, without the target."""
    path = tmp_path / "new.csv"
    rows = data.read_source(settings).head(5)
    rows.drop(columns=settings.data.target).to_csv(path, index=False)
    return path


@pytest.mark.usefixtures("with_warmth")
def test_an_added_column_is_trained_on_and_computed_for_a_file_to_predict(
    settings: Config, raw_file: Path
) -> None:
    run_training(settings)
    model = predict.load()
    assert "warmth" in model.kinds
    named_rows = predict.read_inputs(model, [str(raw_file)])
    assert len(predict.predict(model, [row for _, row in named_rows])) == 5


def test_a_column_that_is_added_nowhere_else_is_refused_with_the_place_for_it(
    settings: Config, raw_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(data, "add_columns", add_warmth)
        run_training(settings)
    with pytest.raises(UserError, match=r'"warmth" is missing.*add_columns in features\.py'):
        predict.read_inputs(predict.load(), [str(raw_file)])


@pytest.mark.usefixtures("with_warmth")
def test_a_file_without_what_an_added_column_is_computed_from_is_refused(
    settings: Config, raw_file: Path
) -> None:
    run_training(settings)
    rows = pd.read_csv(raw_file).drop(columns="vibration")
    rows.to_csv(raw_file, index=False)
    with pytest.raises(UserError, match="lacks the column 'vibration', which add_columns"):
        predict.read_inputs(predict.load(), [str(raw_file)])
