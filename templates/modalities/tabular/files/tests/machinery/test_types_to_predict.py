"""A file to predict has the types and the levels of the training, whatever its format."""

import json
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from nimble_package import config, data, predict
from nimble_package.features import make_features
from nimble_package.mlops.commands import predict as predict_command
from nimble_package.mlops.errors import UserError
from nimble_package.mlops.training import run_training

ROWS = 80
TWO = ROWS // 2
NULLABLE = {
    "nullable integer": pd.array([1, None] * TWO, dtype="Int64"),
    "nullable flag": pd.array([True, None] * TWO, dtype="boolean"),
    "code with gaps": pd.array([7, 8, None, 9] * (ROWS // 4), dtype="Int64"),
}
OBJECTS = {
    "decimal": [Decimal("1.50"), Decimal(2)] * TWO,
    "day": [date(2024, 1, 1 + row % 28) for row in range(ROWS)],
    "time": [time(8, 30), time(9)] * TWO,
    "list": [["a"], ["a", "b"], [], None] * (ROWS // 4),
    "struct": [{"x": 1}, {"x": 2}] * TWO,
    "bytes": [b"x", b"y"] * TWO,
}
OTHERS = {
    "flag": [True, False] * TWO,
    "zip": ["01234", "00077"] * TWO,
    "moment": pd.date_range("2024-01-01", periods=ROWS, freq="h"),
    "moment in Berlin": pd.date_range("2024-01-01", periods=ROWS, freq="h", tz="Europe/Berlin"),
    "duration": pd.to_timedelta(np.arange(ROWS) * 60, unit="s"),
    "unused level": pd.Categorical(["a", "b"] * TWO, categories=["a", "b", "never"]),
}
SETTINGS = """\
experiment: test
data:
  source: {source}
  path: table.{source}
  target: y
  categories: [code with gaps, zip]
model: {{max_iter: 3}}
evaluate: {{folds: 2}}
runtime: {{track: false}}
"""


def make_table() -> pd.DataFrame:
    """One column of every type that a Parquet file can have."""
    columns: dict[str, Any] = {**OBJECTS, **OTHERS, **NULLABLE}
    columns["y"] = pd.Categorical(["no", "yes"] * TWO, categories=["no", "yes", "never"])
    return pd.DataFrame(columns).assign(number=np.random.default_rng(0).normal(size=ROWS))


TABLE = make_table()
SIMPLE = TABLE[["number", "flag", "zip", "code with gaps", "y"]]


def train(folder: Path, table: pd.DataFrame, source: str) -> pd.DataFrame:
    """Trains in a folder, and returns the features of all rows."""
    own = folder / "config.yaml"
    own.write_text(SETTINGS.format(source=source), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        if source == "csv":
            table.to_csv("table.csv", index=False)
        else:
            table.to_parquet("table.parquet")
        settings = config.load()
        run_training(settings)
        splits = data.load(settings)
    rows = pd.concat([splits.train.rows, splits.test.rows])
    return make_features(rows, splits.train.kinds)


@pytest.fixture(scope="module")
def trained_on_parquet(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pd.DataFrame]:
    """The folder of a training on every type, and its features."""
    folder = tmp_path_factory.mktemp("parquet")
    return folder, train(folder, TABLE, "parquet")


@pytest.fixture(scope="module")
def trained_on_csv(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pd.DataFrame]:
    """The folder of a training with TRUE and FALSE, and its features."""
    folder = tmp_path_factory.mktemp("csv")
    return folder, train(folder, SIMPLE.assign(flag=["TRUE", "FALSE"] * TWO), "csv")


@pytest.fixture
def types(
    trained_on_parquet: tuple[Path, pd.DataFrame], monkeypatch: pytest.MonkeyPatch
) -> pd.DataFrame:
    """The features of the training on Parquet, in its folder."""
    monkeypatch.chdir(trained_on_parquet[0])
    return trained_on_parquet[1]


@pytest.fixture
def flags(
    trained_on_csv: tuple[Path, pd.DataFrame], monkeypatch: pytest.MonkeyPatch
) -> pd.DataFrame:
    """The features of the training on CSV, in its folder."""
    monkeypatch.chdir(trained_on_csv[0])
    return trained_on_csv[1]


def read_features(path: str) -> pd.DataFrame:
    model = predict.load()
    rows = [row for _, row in predict.read_inputs(model, [path])]
    return make_features(pd.DataFrame(rows), model.kinds)


def write_as_csv(table: pd.DataFrame, path: str) -> None:
    as_text = table.assign(
        list=table["list"].map(json.dumps, na_action="ignore"),
        struct=table["struct"].map(json.dumps),
        bytes=table["bytes"].str.decode("utf-8"),
        duration=table["duration"].dt.total_seconds(),
    )
    as_text.to_csv(path, index=False)


def test_each_type_of_parquet_is_the_same_in_training_and_in_both_formats(
    types: pd.DataFrame,
) -> None:
    few = TABLE.drop(columns="y").head(8)
    few.to_parquet("few.parquet")
    write_as_csv(few, "few.csv")
    from_parquet, from_csv = read_features("few.parquet"), read_features("few.csv")
    pd.testing.assert_frame_equal(from_parquet, from_csv)
    assert (from_parquet.dtypes == types.dtypes).all()
    for name in from_parquet.select_dtypes(exclude="number"):
        assert set(from_parquet[name]) <= set(types[name]), name
    assert set(from_csv["code with gaps"]) == {"7", "8", "9", "(missing)"}
    assert set(from_csv["zip"]) == {"01234", "00077"}


@pytest.mark.parametrize("spelling", [("TRUE", "FALSE"), ("true", "false"), ("True", "False")])
def test_booleans_are_the_same_level_in_every_spelling(
    flags: pd.DataFrame, spelling: tuple[str, str]
) -> None:
    SIMPLE.assign(flag=list(spelling) * TWO).to_csv("new.csv", index=False)
    assert set(read_features("new.csv")["flag"]) == set(flags["flag"]) == {"True", "False"}
    SIMPLE.to_parquet("new.parquet")
    assert set(read_features("new.parquet")["flag"]) == {"True", "False"}


@pytest.mark.usefixtures("flags")
def test_a_column_without_a_known_value_is_one_line_on_standard_error(
    capsys: pytest.CaptureFixture[str],
) -> None:
    SIMPLE.head(5).assign(flag="ja").to_csv("new.csv", index=False)
    assert predict_command.main(["new.csv"]) == 0
    printed = capsys.readouterr()
    assert printed.err.count("\n") == 1
    assert '"new.csv": no row has a value of "flag"' in printed.err
    assert '"ja", the model knows "False", "True"' in printed.err
    inputs = [json.loads(line)["input"] for line in printed.out.splitlines()]
    assert inputs == [f"new.csv row {number}" for number in range(1, 6)]


@pytest.mark.usefixtures("flags")
def test_decimal_commas_are_numbers_and_a_text_for_a_number_is_refused_with_its_line() -> None:
    path = Path("new.csv")
    header = "number;flag;zip;code with gaps\n"
    path.write_text(f"{header}1,5;true;01234;7\n\nmany;true;01234;7\n")
    with pytest.raises(UserError, match=r'"new.csv": "number" has the value "many" \(line 4\)'):
        read_features("new.csv")
    path.write_text(f"{header}1,5;true;01234;7\n\n2,5;true;01234;7\n")
    assert read_features("new.csv")["number"].tolist() == [1.5, 2.5]


@pytest.mark.usefixtures("flags")
@pytest.mark.parametrize("name", ["missing.csv", "empty.csv", "header.csv"])
def test_a_file_without_rows_is_one_line(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("empty.csv").write_text("")
    Path("header.csv").write_text("number,truth,zip,code with gaps\n")
    assert predict_command.main([name]) == 2
    assert capsys.readouterr().err.count("\n") == 1
