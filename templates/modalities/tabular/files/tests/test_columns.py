"""`poe data` names what is wrong with a table, column by column."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nimble_package import config, data
from nimble_package.features import make_features
from nimble_package.mlops.commands import data as data_command
from nimble_package.mlops.tabular import columns, leaks
from nimble_package.mlops.tabular.dates import parse_dates


@pytest.fixture
def table() -> pd.DataFrame:
    """A fine table of sixty rows."""
    random = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "id": np.arange(60) // 2,
            "day": pd.date_range("2024-01-01", periods=60).strftime("%Y-%m-%d"),
            "size": random.normal(size=60),
            "clock": [f"{hour % 24}:30" for hour in range(60)],
            "town": random.choice(["Łódź", "東京"], 60),
            "regular": random.random(60) < 0.5,
            "bought": np.arange(60) % 2,
        }
    )


def check(table: pd.DataFrame, folder: Path, *overrides: str) -> str:
    return check_text(table.to_csv(index=False), folder, *overrides)


def check_text(text: str, folder: Path, *overrides: str) -> str:
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8", newline="")
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
        ("data.time=clock", ['"clock"', "data.time", "2026-01-31"]),
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


SPELLINGS: dict[str, Callable[[pd.Series], object]] = {
    "upper case and spaces": lambda values: values.str.upper() + " ",
    "underscores": lambda values: "_" + values,
    "punctuation": lambda values: values + ".",
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_target_in_another_spelling_is_found(
    table: pd.DataFrame, tmp_path: Path, spelling: str
) -> None:
    table["bought"] = table["bought"].map({0: "no", 1: "yes"})
    said = check(table.assign(copy=SPELLINGS[spelling](table["bought"])), tmp_path)
    assert '"copy": it says the target in another spelling' in said


def test_the_target_with_a_unit_is_found(table: pd.DataFrame, tmp_path: Path) -> None:
    table["bought"] = np.arange(60) * 1.5
    priced = table.assign(copy=table["bought"].map("{:.2f} EUR".format))
    assert '"copy": it says the target in another' in check(priced, tmp_path, "task=regression")


LEAKS: dict[str, tuple[Callable[[pd.DataFrame], object], str]] = {
    "a code": (lambda table: table["bought"] + 7, "maps one to one to the target"),
    "a name": (lambda table: table["bought"].map({0: "left", 1: "stayed"}), "one to one"),
    "a value in one class": (
        lambda table: table["size"].where(table["bought"] == 1),
        'has a value in exactly the rows of "1"',
    ),
    "a finer code": (
        lambda table: "code " + (table["bought"] * 2 + table["regular"]).astype(str),
        "alone gives the target of 100.0% of the rows",
    ),
    "a measurement": (lambda table: table["bought"] + table["size"] / 1000, "alone gives"),
}


@pytest.mark.parametrize("leak", LEAKS)
def test_a_column_that_alone_gives_the_target_is_reported(
    table: pd.DataFrame,
    tmp_path: Path,
    leak: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    make, words = LEAKS[leak]
    path = tmp_path / "table.csv"
    table.assign(leak=make(table)).to_csv(path, index=False, encoding="utf-8")
    own_config = tmp_path / "config.yaml"
    own_config.write_text("experiment: test\n", encoding="utf-8")
    own = ["data.source=csv", f"data.path={path.as_posix()}", "data.target=bought"]
    monkeypatch.chdir(tmp_path)
    settings = [part for setting in own for part in ("--set", setting)]
    for _ in ("prepared", "reused"):
        assert data_command.main(settings) == 0
        printed = capsys.readouterr().out
        assert printed.count("Warning") == 1
        assert 'Warning: "leak" ' in printed
        assert words in printed
        assert "data.drop" in printed


def test_a_target_in_another_unit_is_reported(table: pd.DataFrame) -> None:
    table = table.assign(euros=table["size"], cents=(table["size"] * 100).round(2))
    kinds = {"cents": "number", "bought": "number", "town": "category"}
    found = leaks.find_suspicious(table, kinds, "euros", regression=True)
    assert len(found) == 1
    assert '"cents" orders the rows as the target does' in found[0]


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


CLOCKS = {
    "2024-07-31 08:30": 8.5,
    "2024-07-31T08:30:36": 8.51,
    "2024-07-31T08:30:00.000Z": 8.5,
    "2024-07-31 08:30:00+02:00": 8.5,
    "2024-07-31 23:30:00-0500": 23.5,
    "2024-07-31 08:30:00 UTC": 8.5,
    "2024-07-31": 0,
    "8:30": 8.5,
    "20:30:00": 20.5,
}


@pytest.mark.parametrize("written", CLOCKS)
def test_the_hour_is_that_of_the_clock_as_it_is_written(written: str) -> None:
    column = pd.Series([written, None], name="when", dtype=object)
    assert columns.find_kind(column) == "date"
    found = make_features(column.to_frame(), {"when": "date"})
    assert found["when hour"].iloc[0] == pytest.approx(CLOCKS[written])
    assert found.iloc[1].isna().all()
    if written.startswith("2024"):
        assert found[["when month", "when weekday"]].iloc[0].tolist() == [7, 2]


def test_a_column_of_a_time_zone_keeps_its_clock() -> None:
    times = pd.date_range("2024-03-30 12:00", periods=3, freq="24h", tz="Europe/Berlin")
    column = pd.Series(times, name="when")
    found = make_features(column.to_frame(), {"when": "date"})
    assert found["when hour"].tolist() == [12, 13, 13]
    assert parse_dates(column).dt.hour.tolist() == [11, 11, 11]


def test_the_line_of_a_problem_is_that_of_the_file(table: pd.DataFrame, tmp_path: Path) -> None:
    named_rows = table.assign(size=table["size"].astype(object))
    named_rows.loc[10, "size"] = "inf"
    lines = named_rows.to_csv().removeprefix(",").splitlines()
    lines[5] += "\n\n"
    said = check_text("\n".join(lines), tmp_path)
    assert said == '"size": infinite values (line 14): leave the field empty'


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([f"{row}:{row % 60:02}:30" for row in range(60)], "60 durations or times of day"),
        ([f"{row} days 02:00:00" for row in range(60)], "durations"),
        ([f"${row},000.00" for row in range(60)], "amounts of money"),
        ([f"{row},99 €" for row in range(60)], "amounts of money"),
        ([f"{row} %" for row in range(60)], "percentages"),
        ([f"{row} kg" for row in range(60)], 'numbers with the unit "kg"'),
        ([f"{row},5" for row in range(60)], "numbers with a decimal comma"),
        ([f"{1 + row % 28} January {1990 + row}" for row in range(60)], "dates or months"),
        ([f"Mar {1950 + row}" for row in range(60)], "dates or months"),
    ],
)
def test_texts_are_called_what_they_are(
    table: pd.DataFrame, tmp_path: Path, values: list[str], words: str
) -> None:
    said = check(table.assign(extra=values), tmp_path)
    assert words in said
    assert f'such as "{values[0]}" (line 2): make ' in said
    assert "free text" not in said
    assert check(table.assign(extra=values), tmp_path, "data.categories=[extra]") == ""


@pytest.mark.parametrize("values", [["January", "May"], ["10.0.0.1", "10.0.0.2"], ["1.2.3", "1.3"]])
def test_names_that_look_like_something_else_are_categories(
    table: pd.DataFrame, tmp_path: Path, values: list[str]
) -> None:
    assert check(table.assign(extra=values * 30), tmp_path) == ""


def test_a_class_that_reads_as_a_missing_value_can_be_kept(
    table: pd.DataFrame, tmp_path: Path
) -> None:
    regions = table.assign(bought=["NA", "EU"] * 30)
    said = check(regions, tmp_path)
    assert '30 rows lack the target (line 2, 4, 6 and 27 more): the file has "NA" there' in said
    assert 'add "bought" to data.categories' in said
    assert check(regions, tmp_path, "data.categories=[bought]") == ""


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([1.0] * 59 + [np.inf], "infinite targets (line 61)"),
        ([5.0] * 60, "every row says 5.0: there is nothing to predict"),
        ([1.0, 2.0] * 29 + [3.0, np.nan], "1 rows lack the target (line 61)"),
        ([True, False] * 30, "set task to classification"),
    ],
)
def test_a_target_that_no_regression_can_learn_is_refused(
    table: pd.DataFrame, tmp_path: Path, values: list[float], words: str
) -> None:
    assert words in check(table.assign(bought=values), tmp_path, "task=regression")


@pytest.mark.parametrize("name", ["row", ""])
def test_a_first_column_that_only_counts_or_has_no_name_is_no_feature(
    table: pd.DataFrame, tmp_path: Path, name: str
) -> None:
    counted = table.reset_index().rename(columns={"index": name})
    assert check(counted, tmp_path) == ""
    own = [f"data.path={(tmp_path / 'table.csv').as_posix()}", "data.source=csv"]
    settings = config.load(tmp_path / "config.yaml", [*own, "data.target=bought"])
    read = data.read(settings)
    kinds = columns.find_kinds(read, settings)
    assert list(kinds) == list(table.columns.drop("bought"))
    assert "is not used as a feature" in "\n".join(columns.find_notes(read, settings))
