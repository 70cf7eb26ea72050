"""A column that the team computes from others is there in training and in prediction."""

from pathlib import Path

import pandas as pd
import pytest
import small_data
import team_columns

from churn import data, predict
from churn.config import Config
from churn.mlops.errors import UserError
from churn.mlops.training import run_training


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


def read_amounts(table: pd.DataFrame) -> pd.DataFrame:
    """Makes numbers and dates of the columns that have another spelling, under the same name."""
    numbers = table["vibration"].str.removeprefix("$").astype(float)
    days = pd.to_datetime(table["temperature (°C)"], format="%d.%m.%Y %H:%M")
    return table.assign(vibration=numbers, **{"temperature (°C)": days})


@pytest.fixture
def with_spellings(settings: Config, monkeypatch: pytest.MonkeyPatch) -> pd.DataFrame:
    """The table has amounts of money and German dates, and the team reads both."""
    table = data.read_source(settings)
    hours = pd.to_timedelta(range(len(table)), unit="h")
    days = pd.Series(pd.Timestamp("2024-03-01") + hours, table.index)
    table["vibration"] = [f"${value}" for value in table["vibration"]]
    table["temperature (°C)"] = days.dt.strftime("%d.%m.%Y %H:%M")
    monkeypatch.setattr(data, "read_source", lambda _: table)
    monkeypatch.setattr(data, "add_columns", read_amounts)
    monkeypatch.setattr(predict, "add_columns", read_amounts)
    return table


def test_a_column_that_add_columns_reads_anew_has_the_same_values_in_a_file_to_predict(
    settings: Config, with_spellings: pd.DataFrame, tmp_path: Path
) -> None:
    run_training(settings)
    model = predict.load()
    path = tmp_path / "spelled.csv"
    with_spellings.head(5).drop(columns=settings.data.target).to_csv(path, index=False)
    rows = [row for _, row in predict.read_inputs(model, [str(path)])]
    expected = read_amounts(with_spellings.head(5))
    for column in ["vibration", "temperature (°C)"]:
        assert [row[column] for row in rows] == list(expected[column]), column


def test_values_that_add_columns_does_not_accept_are_one_line(
    settings: Config, with_spellings: pd.DataFrame, tmp_path: Path
) -> None:
    run_training(settings)
    path = tmp_path / "spelled.csv"
    with_spellings.head(5).assign(vibration="a lot").to_csv(path, index=False)
    with pytest.raises(
        UserError, match=r'spelled\.csv": add_columns in features\.py does not accept'
    ):
        predict.read_inputs(predict.load(), [str(path)])


def test_tables_of_other_tests_do_without_the_columns_of_the_team(settings: Config) -> None:
    add = team_columns.limit(add_warmth)
    other = pd.DataFrame({"y": [1, 2]})
    assert add(other) is other
    assert "warmth" in add(data.read_source(settings))


def test_a_column_that_the_small_table_lacks_is_named_with_its_place(settings: Config) -> None:
    add = team_columns.limit(lambda table: table.assign(rate=table["price"] / 2))
    with pytest.raises(AssertionError, match=r"reads 'price': add this .* tests/small_data\.py"):
        add(data.read_source(settings))
