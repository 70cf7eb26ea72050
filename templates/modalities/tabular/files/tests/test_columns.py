"""`poe data` names what is wrong with a table, column by column."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nimble_package import config, data
from nimble_package.mlops.commands import data as data_command


@pytest.fixture
def table() -> pd.DataFrame:
    """A fine table of sixty rows."""
    random = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "id": np.arange(60) // 2,
            "day": pd.date_range("2024-01-01", periods=60).strftime("%Y-%m-%d"),
            "size": random.normal(size=60),
            "town": random.choice(["Łódź", "東京"], 60),
            "regular": random.random(60) < 0.5,
            "bought": np.arange(60) % 2,
        }
    )


def check(table: pd.DataFrame, folder: Path, *overrides: str) -> str:
    path = folder / "table.csv"
    table.to_csv(path, index=False, encoding="utf-8")
    own = folder / "config.yaml"
    own.write_text("experiment: test\n", encoding="utf-8")
    named = ["data.source=csv", f"data.path={path.as_posix()}", "data.target=bought"]
    return "\n".join(data.check(config.load(own, [*named, *overrides])))


def test_a_fine_table_has_no_problem(table: pd.DataFrame, tmp_path: Path) -> None:
    assert check(table, tmp_path) == ""


@pytest.mark.parametrize(
    ("column", "row", "value", "words"),
    [
        ("bought", 3, None, ['"bought"', "1 rows lack the target", "line 5"]),
        ("size", 4, "1,5", ['"size"', "looks like numbers", '"1,5"', "line 6"]),
        ("size", 5, "inf", ['"size"', "infinite", "line 7"]),
        ("day", 6, "2024-02-31", ['"day"', "looks like dates", '"2024-02-31"', "line 8"]),
        ("day", slice(None), "31.12.2024", ['"day"', "looks like dates", "2026-01-31"]),
        ("town", slice(None), "Rom", ['"town"', "every row says", "data.drop"]),
        ("size", slice(None), None, ['"size"', "no row has a value"]),
        ("bought", slice(None), 1, ['"bought"', "1 class"]),
        ("bought", 0, 7, ['"bought"', 'class "7" has 1 rows']),
    ],
)
def test_a_problem_is_named_by_column_and_line(
    table: pd.DataFrame, tmp_path: Path, column: str, row: int, value: object, words: list[str]
) -> None:
    table[column] = table[column].astype(object)
    table.loc[row, column] = value
    said = check(table, tmp_path)
    assert all(word in said for word in words), said


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("data.target=bougt", ["data.target", '"bougt"', 'Did you mean "bought"']),
        ("data.drop=[sise]", ["data.drop", '"sise"', "size"]),
        ("task=regression", []),
        ("data.test_size=2", ["data.test_size"]),
        ("data.time=town", ['"town"', "data.time", "2026-01-31"]),
        ("data.group=town", ['"town" has 2 groups']),
    ],
)
def test_a_wrong_setting_is_named(
    table: pd.DataFrame, tmp_path: Path, override: str, words: list[str]
) -> None:
    said = check(table, tmp_path, override)
    assert all(word in said for word in words), said
    assert bool(said) == bool(words)


def test_a_column_that_says_the_target_is_found(table: pd.DataFrame, tmp_path: Path) -> None:
    said = check(table.assign(copy=table["bought"]), tmp_path)
    assert '"copy": it says the target itself' in said


def test_an_id_is_not_a_category(table: pd.DataFrame, tmp_path: Path) -> None:
    many = pd.concat([table] * 4, ignore_index=True)
    many["order"] = [f"B{index}" for index in range(len(many))]
    assert '"order": 240 different texts' in check(many, tmp_path)


def test_a_file_that_is_not_a_table_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "table.parquet"
    path.write_text("no", encoding="utf-8")
    own = ["--set", "data.source=parquet", "--set", f"data.path={path.as_posix()}"]
    assert data_command.main([*own, "--set", "data.target=x"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
