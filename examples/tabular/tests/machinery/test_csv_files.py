"""A CSV file is read as it was meant: names in place, true lines, no row swallowed."""

from pathlib import Path
from typing import Any

import pytest

from churn.mlops.errors import UserError
from churn.mlops.tabular import csv_table, table_files

ROWS = [[1, "x", 2.5], [2, "y", 3.5]]
PLAIN = "a,b,c\n1,x,2.5\n2,y,3.5\n"


def read(folder: Path, content: str | bytes, *categories: str) -> Any:
    path = folder / "table.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return table_files.read(path, "csv", categories)


def notes(table: Any) -> str:
    return "\n".join(table.attrs[csv_table.NOTES])


@pytest.mark.parametrize(
    "content",
    [
        PLAIN,
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace("\n", "\r"),
        "a,b,c\n1,x,2.5,\n2,y,3.5,\n",
        "a,b,c,\n1,x,2.5,\n2,y,3.5,\n",
        "a,b,c,\n1,x,2.5\n2,y,3.5\n",
        "a,b,c\n1,x,2.5,\n2,y,3.5\n",
        "sep=;\na;b;c\n1;x;2,5\n2;y;3,5\n",
        "a;b;c\n1;x;2,5\n2;y;3,5\n",
        "a\tb\tc\n1\tx\t2,5\n2\ty\t3,5\n",
        "a|b|c\n1|x|2.5\n2|y|3.5\n",
        "a b c\n1 x 2.5\n2 y 3.5\n",
    ],
)
def test_separators_and_their_ends_do_not_shift_a_column(tmp_path: Path, content: str) -> None:
    table = read(tmp_path, content)
    assert list(table.columns) == ["a", "b", "c"]
    assert table.to_numpy().tolist() == ROWS


@pytest.mark.parametrize("names", [("r1", "r2"), ("1", "2"), ('"Mazda, RX4"', '"VW"')])
def test_names_of_rows_that_the_header_leaves_out_are_the_first_column(
    tmp_path: Path, names: tuple[str, str]
) -> None:
    table = read(tmp_path, f"a,b,c\n{names[0]},1,x,2.5\n{names[1]},2,y,3.5\n")
    assert list(table.columns) == ["Unnamed: 0", "a", "b", "c"]
    assert table[["a", "b", "c"]].to_numpy().tolist() == ROWS
    assert list(table.index) == [2, 3]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("a,b,c\n1,x,2.5\n\n2,Smith, J,3.5\n3,z,1\n", "line 4 has 4 cells, .* names 3 columns"),
        ("a,b,c\n1,x,2.5\n2,y\n3,z\n", "line 3 has 2 cells, .* 1 other lines do not fit"),
        ("a,b,c\nM,1,x,2.5\nM,2,y,3.5\n", "rows have 4 cells, but the header names 3"),
        ('a,b,c\n1,"x,2\n2,y,3\n3,z",4\n', "line 2: a quote .* close the quote"),
        ("", "the file is empty"),
        (PLAIN.replace("y", "ä").encode("latin-1"), "line 3: the byte 0xE4 is not UTF-8"),
        (b"PK\x03\x04", "Excel workbook"),
        (b"PAR1....PAR1", "set data.source to parquet"),
    ],
)
def test_what_is_no_table_is_refused_with_its_line(
    tmp_path: Path, content: str | bytes, words: str
) -> None:
    with pytest.raises(UserError, match=words):
        read(tmp_path, content)


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (PLAIN, [2, 3]),
        ("\n\na,b,c\n\n1,x,2.5\n   \n2,y,3.5\n\n", [5, 7]),
        ('a,b,c\n1,"x\nx",2.5\n2,y,3.5\n', [2, 4]),
        ("sep=,\n" + PLAIN, [3, 4]),
        ('a\tb\n1\t5"\n\n2\t"6\n', [2, 4]),
    ],
)
def test_the_index_is_the_line_in_the_file(tmp_path: Path, content: str, lines: list[int]) -> None:
    assert list(read(tmp_path, content).index) == lines


@pytest.mark.parametrize(
    ("content", "cells"),
    [
        ('a\tb\n"big\t1\nsmall\t2\nround"\t3\n', ['"big', "small", 'round"']),
        ('a\tb\n"big\t1\nsmall\t2\n', ['"big', "small"]),
        ('a\tb\n12" pipe\t1\n"small"\t2\n', ['12" pipe', "small"]),
        ('a\tb\n"big\t1\n"a ""good"" one"\t2\n', ['"big', 'a "good" one']),
        ('a,b\n"big,1\nsmall,2\n"round",3\n', ['"big', "small", "round"]),
    ],
)
def test_a_quote_that_is_not_closed_swallows_no_row(
    tmp_path: Path, content: str, cells: list[str]
) -> None:
    table = read(tmp_path, content)
    assert list(table["a"]) == cells
    assert list(table["b"]) == list(range(1, len(cells) + 1))


def test_a_cell_in_quotes_keeps_its_lines_and_separators(tmp_path: Path) -> None:
    table = read(tmp_path, 'a\tb\n"one\ntwo"\t1\n"three, ""four"""\t2\n')
    assert list(table["a"]) == ["one\ntwo", 'three, "four"']


def test_decimal_commas_are_numbers_and_said(tmp_path: Path) -> None:
    table = read(tmp_path, "a;b;c;d\n1,5;1.234,5;1,5;x\n;12;n;y\n-3,25;0,5;2;z\n")
    assert table["a"].dropna().tolist() == [1.5, -3.25]
    assert table["b"].tolist() == [1234.5, 12, 0.5]
    assert table["c"].tolist() == ["1,5", "n", "2"]
    said = notes(table)
    assert "separated by semicolons" in said
    assert '"b" has decimal commas: "1.234,5" is read as 1234.5' in said


def test_a_long_cell_is_read(tmp_path: Path) -> None:
    table = read(tmp_path, f'a,b\n1,"{"x" * 200_000}"\n')
    assert len(table["b"].iloc[0]) == 200_000


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_unicode_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    table = read(tmp_path, "größe,b\n1,東京\n".encode(encoding))
    assert list(table.columns) == ["größe", "b"]
    assert table["b"].iloc[0] == "東京"


def test_numbers_that_lose_a_zero_are_named_and_can_be_kept(tmp_path: Path) -> None:
    content = "zip,x\n01234,0.5\n99999,1\nNA,2\n"
    read_as_numbers = read(tmp_path, content)
    assert '"zip" is read as numbers, but "01234" begins with 0' in notes(read_as_numbers)
    assert '"x"' not in notes(read_as_numbers)
    read_as_codes = read(tmp_path, content, "zip")
    assert read_as_codes["zip"].tolist() == ["01234", "99999", "NA"]
    assert notes(read_as_codes) == ""


def test_a_name_that_is_there_twice_is_said(tmp_path: Path) -> None:
    table = read(tmp_path, "a,a,b\n1,2,3\n")
    assert list(table.columns) == ["a", "a.1", "b"]
    assert 'has "a" twice' in notes(table)
