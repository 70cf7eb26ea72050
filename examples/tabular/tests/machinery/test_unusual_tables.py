"""Files that are not what their name says, and values that are not what they look like."""

import bz2
import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from churn import config
from churn.mlops.errors import UserError
from churn.mlops.tabular import columns, table_files

ROWS = 60
TEXT = "a,b,y\n" + "".join(f"{row}.5,x,{('no', 'yes')[row % 2]}\n" for row in range(ROWS))


def read(folder: Path, content: bytes | str, name: str = "table.csv") -> pd.DataFrame:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return table_files.read(path, "csv")


def make_table(**values: object) -> pd.DataFrame:
    random = np.random.default_rng(0)
    table = pd.DataFrame({"x": random.normal(size=ROWS), "y": ["no", "yes"] * (ROWS // 2)})
    return table.assign(**values)


def examine(folder: Path, table: pd.DataFrame, separator: str = ",") -> tuple[str, str]:
    """Returns the problems and the notes of a table in a CSV file."""
    found = read(folder, table.to_csv(index=False, sep=separator))
    own = folder / "config.yaml"
    own.write_text("experiment: test\n", encoding="utf-8")
    settings = config.load(own, ["data.source=csv", "data.target=y"])
    problems = columns.find_problems(found, settings)
    return "\n".join(problems), "\n".join(columns.find_notes(found, settings))


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress])
@pytest.mark.parametrize("name", ["table.csv", "TABLE.CSV.GZ", "table"])
def test_a_compressed_file_is_read_whatever_its_name_is(
    tmp_path: Path, compress: Callable[[bytes], bytes], name: str
) -> None:
    assert len(read(tmp_path, compress(TEXT.encode()), name)) == ROWS


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('[{"a": 1}, {"a": 2}]', "is JSON"),
        ("<!DOCTYPE html><html>404 Not Found</html>", "is a web page"),
        ("version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 2\n", "git lfs pull"),
        (b"\x28\xb5\x2f\xfd" + bytes(20), "Zstandard"),
        (b"%PDF-1.7", "is a PDF"),
        (TEXT.replace("3.5", "3\0.5", 1), "line 5 has a NUL character"),
        ("Report of 2024\n" + TEXT, "delete the lines above the names of the columns"),
    ],
)
def test_a_file_that_is_something_else_is_called_so(
    tmp_path: Path, content: bytes | str, words: str
) -> None:
    with pytest.raises(UserError) as error:
        read(tmp_path, content)
    assert words in str(error.value)
    assert "\n" not in str(error.value)


def test_a_header_in_angle_brackets_is_a_header(tmp_path: Path) -> None:
    table = read(tmp_path, TEXT.replace("a,b,y", "<DATE>,<OPEN>,y"))
    assert list(table) == ["<DATE>", "<OPEN>", "y"]


def test_blanks_around_the_names_of_columns_do_not_count(tmp_path: Path) -> None:
    assert list(read(tmp_path, TEXT.replace("a,b,y", " a , b,y "))) == ["a", "b", "y"]


def test_a_null_of_a_database_is_a_missing_value(tmp_path: Path) -> None:
    table = read(tmp_path, TEXT.replace("7.5", "\\N", 1))
    assert table["a"].isna().sum() == 1
    assert pd.api.types.is_numeric_dtype(table["a"])


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([f"\u2212{row}.5" if row % 2 else f"{row}" for row in range(ROWS)], "minus sign"),
        ([f"{row}.5-" if row % 2 else f"{row}" for row in range(ROWS)], "minus sign"),
        ([f"({row}.5)" if row % 2 else f"{row}" for row in range(ROWS)], "in brackets"),
        (["?" if row % 3 else f"{row}.5" for row in range(ROWS)], 'the first "?"'),
        (["-" if row % 4 == 0 else f"{row}.5" for row in range(ROWS)], 'the first "-"'),
    ],
)
def test_numbers_that_would_become_categories_are_named(
    tmp_path: Path, values: list[str], words: str
) -> None:
    problems, _ = examine(tmp_path, make_table(amount=values))
    assert problems.startswith('"amount": ')
    assert words in problems


def test_classes_that_differ_only_by_blanks_are_refused(tmp_path: Path) -> None:
    problems, _ = examine(tmp_path, make_table(y=["no", "yes", "no ", "yes"] * (ROWS // 4)))
    assert '"y": "no" and "no " differ only by blanks' in problems


def test_levels_that_differ_only_by_case_are_named_once(tmp_path: Path) -> None:
    cities = ["Rome", "rome", "Oslo", "OSLO", "Bonn", "Paris"] * (ROWS // 6)
    problems, notes = examine(tmp_path, make_table(city=cities))
    assert problems == ""
    assert '"city" has "Rome" and "rome" (and 1 more pairs)' in notes
    assert notes.count("capital letters") == 1


def test_a_number_that_stands_for_a_missing_one_is_named(tmp_path: Path) -> None:
    ages = [-999 if row % 10 == 0 else 20 + row for row in range(ROWS)]
    _, notes = examine(tmp_path, make_table(age=ages))
    assert '"age" is -999 in 6 of 60 rows' in notes
    _, notes = examine(tmp_path, make_table(price=[900 + row for row in range(ROWS)]))
    assert "in 1 of" not in notes


def test_a_dot_that_may_separate_thousands_is_named(tmp_path: Path) -> None:
    prices = [f"{1 + row}.{row:03}" if row % 2 else str(100 + row) for row in range(ROWS)]
    _, notes = examine(tmp_path, make_table(price=prices), separator=";")
    assert '"price": "2.001" is read as 2.001' in notes
    lengths = [f"{1 + row}.{row:03}" for row in range(ROWS)]
    _, notes = examine(tmp_path, make_table(length=lengths), separator=";")
    assert "thousands" not in notes


def test_a_table_without_a_column_to_predict_from_is_refused(tmp_path: Path) -> None:
    problems, _ = examine(tmp_path, make_table()[["y"]])
    assert 'there is no column to predict "y" from' in problems
