"""A table that is read in chunks is the table that `poe predict` reads whole."""

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from churn.features import make_features
from churn.mlops.batch.rows import Row
from churn.mlops.decision import Decision
from churn.mlops.errors import UserError
from churn.mlops.tabular.table_sources import open_tables
from churn.predict import Model, read_inputs

TYPES = {
    "amount": "number",
    "size": "number",
    "day": "date",
    "flag": "bool",
    "name": "text",
    "zip": "code",
}
KINDS: dict[str, Any] = {
    "amount": "number",
    "size": "number",
    "day": "date",
    "flag": "category",
    "name": "category",
    "zip": "category",
}
ROWS = [
    ["7", "1", "2024-01-31", "True", "Ann", "00077"],
    ["1.234", "2", "", "1", 'She said "hi"', "NA"],
    ["", "", "2024-02-01T08:30:00+02:00", "false", "two words", "12"],
    ["1.5", "1e3", "13:45", "", "", ""],
    ["-3", "4.0", "2024-02-03 10:00 UTC", "0", "ünï", "1"],
]
GAPS = [[cell or None for cell in row] for row in ROWS]  # as files that are no text have them
COMMAS = [["7", "1"], ["1.234", "2"], ["1.234,5", "3"], ["", "4"], ["1.5", "5"]]


def add_columns(table: pd.DataFrame) -> pd.DataFrame:
    """Adds none: these are not the tables that the team's columns are computed from."""
    return table


def make_model(**changes: Any) -> Model:
    """A model that only says which columns it needs."""
    decision = Decision()
    model = Model(lambda X: np.zeros(len(X)), "y", KINDS, [], [], {}, decision, TYPES)
    return replace(model, **changes)


def read(path: Path, model: Model, size: int, id_column: str | None = None) -> list[Row]:
    (source,) = open_tables(model, [str(path)], id_column, add_columns)
    rows: list[Row] = []
    for chunk in source.chunks(size):
        found = chunk.read()
        assert len(found) == chunk.count
        rows += found
    return rows


def check_equal(path: Path, model: Model | None = None) -> None:
    """Every size of chunk gives the features that the whole file gives."""
    model = model or make_model()
    expected = make_features(
        pd.DataFrame([row for _, row in read_inputs(model, [str(path)])]), model.kinds
    )
    for size in (1, 2, 100):
        rows = read(path, model, size)
        assert [row.reason for row in rows] == [""] * len(expected)
        assert [row.number for row in rows] == list(range(1, len(expected) + 1))
        parts = []
        for start in range(0, len(rows), size):
            values = [row.value for row in rows[start : start + size]]
            parts.append(make_features(pd.DataFrame(values), model.kinds))
        found = pd.concat(parts, ignore_index=True)
        pd.testing.assert_frame_equal(found, expected, check_dtype=False)


def write_csv(path: Path, rows: list[list[str]], separator: str = ",", names: Any = TYPES) -> None:
    table = pd.DataFrame(rows, columns=list(names))
    table.to_csv(path, index=False, sep=separator)


def as_utf16(path: Path) -> None:
    path.write_bytes(path.read_text(encoding="utf-8").encode("utf-16"))


def as_old_mac(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r"))


def with_excel_line(path: Path) -> None:
    path.write_bytes(b"sep=,\r\n" + path.read_bytes())


def with_mark(path: Path) -> None:
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())


def with_blank_lines(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"\n", b"\n\n"))


def with_commas_at_the_end(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"\n", b",\n"))


@pytest.mark.parametrize(
    "change",
    [as_utf16, as_old_mac, with_excel_line, with_mark, with_blank_lines, with_commas_at_the_end],
)
def test_a_file_of_any_encoding_and_line_end_is_read(
    change: Callable[[Path], None], tmp_path: Path
) -> None:
    path = tmp_path / "table.csv"
    write_csv(path, ROWS)
    check_equal(path)
    change(path)
    check_equal(path)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found_once(separator: str, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    write_csv(path, ROWS, separator)
    check_equal(path)


def test_a_comma_in_a_late_row_says_what_the_points_in_early_rows_are(tmp_path: Path) -> None:
    """1.234 is 1234 where another row has 1.234,5: each chunk alone would read 1.234."""
    path = tmp_path / "table.csv"
    write_csv(path, COMMAS, ";", ["amount", "size"])
    kinds: dict[str, Any] = {"amount": "number", "size": "number"}
    model = make_model(kinds=kinds, types=dict.fromkeys(kinds, "number"))
    check_equal(path, model)
    amounts = [row.value["amount"] for row in read(path, model, size=1)]
    assert [float(amount) for amount in amounts] == pytest.approx(
        [7, 1234, 1234.5, np.nan, 1.5], nan_ok=True
    )


def test_a_quote_in_a_late_row_makes_all_quotes_text(tmp_path: Path) -> None:
    path = tmp_path / "table.tsv"
    lines = ["amount\tname", '1\t"a"', '2\t"open', "3\tb"]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    kinds: dict[str, Any] = {"amount": "number", "name": "category"}
    check_equal(path, make_model(kinds=kinds, types={"amount": "number", "name": "text"}))


def test_compressed_files_and_small_row_groups_are_read(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    write_csv(path, ROWS)
    packed = tmp_path / "table.csv.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    check_equal(packed)
    table = pd.DataFrame(GAPS, columns=list(TYPES)).astype({"name": "category"})
    table["size"] = pd.array([1, 2, None, 1000, 4], dtype="Int64")
    pq.write_table(pa.Table.from_pandas(table), tmp_path / "table.parquet", row_group_size=2)
    check_equal(tmp_path / "table.parquet")


def test_a_folder_with_partitions_has_their_columns(tmp_path: Path) -> None:
    table = pd.DataFrame(GAPS, columns=list(TYPES)).fillna({"name": "none"})
    folder = tmp_path / "table"
    table.to_parquet(folder, partition_cols=["name"])
    (folder / "_SUCCESS").touch()
    sources = open_tables(make_model(), [str(folder)], None, add_columns)
    rows = [row for source in sources for chunk in source.chunks(1) for row in chunk.read()]
    expected = [row for _, row in read_inputs(make_model(), [str(folder)])]
    assert len(rows) == len(expected) == len(table)
    found = make_features(pd.DataFrame([row.value for row in rows]), KINDS)
    pd.testing.assert_frame_equal(found, make_features(pd.DataFrame(expected), KINDS))


def test_rows_that_cannot_be_used_are_rejected_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    write_csv(path, [*ROWS, ["many", "1", "", "", "x", "1"], ["1", "1", "soon", "", "", ""]])
    with path.open("ab") as file:
        file.write(b"1,2\n5,1,,,caf\xe9,1\n6,1,,,x,1\n7,1,,,\0,1\n")
    for size in (1, 3, 100):
        rows = read(path, make_model(), size, id_column="amount")
        assert [row.number for row in rows] == list(range(1, 12))
        assert [row.reason for row in rows if row.reason] == [
            '"amount" is not a number',
            '"day" is not a date like 2026-01-31, or a time like 13:45',
            "it has another number of cells than the header, 6",
            "it has a byte that is not UTF-8",
            "it has a NUL character",
        ]
        assert rows[5].detail == "many"
        assert rows[5].id == "many"
        assert rows[9].value["name"] == "x"


def test_a_row_that_add_columns_does_not_accept_is_rejected_alone(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    write_csv(path, ROWS)

    def add_length(table: pd.DataFrame) -> pd.DataFrame:
        if (table["name"] == "two words").any():
            raise ValueError("two words")
        return table.assign(length=1.0)

    (source,) = open_tables(make_model(), [str(path)], None, add_length)
    rows = [row for chunk in source.chunks(100) for row in chunk.read()]
    assert [row.number for row in rows if row.reason] == [3]
    assert [row.value["length"] for row in rows if not row.reason] == [1.0] * 4


def test_lines_that_are_no_objects_are_rejected(tmp_path: Path) -> None:
    path = tmp_path / "table.jsonl"
    objects = [dict(zip(TYPES, row, strict=True)) for row in GAPS]
    lines = [*map(json.dumps, objects), "[1]", '{"amount": ', json.dumps({"amount": 2})]
    path.write_text("".join(f"{line}\n\n" for line in lines), encoding="utf-8")
    for size in (1, 100):
        rows = read(path, make_model(), size)
        reasons = [row.reason for row in rows]
        assert reasons == ["", "", "", "", "", *["it is not a JSON object"] * 2, ""]
        assert rows[7].value["amount"] == 2


def half_of_a_parquet_file(path: Path) -> None:
    pd.DataFrame(GAPS, columns=list(TYPES)).to_parquet(path)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def other_columns(path: Path) -> None:
    path.write_text("a,b\n1,2\n", encoding="utf-8")


def a_title_above_the_names(path: Path) -> None:
    path.write_text("Orders,2026\na,b,c,d\n1,2,3,4\n", encoding="utf-8")


def header_alone(path: Path) -> None:
    path.write_text(",".join(TYPES), encoding="utf-8")


def an_open_quote(path: Path) -> None:
    lines = [",".join(TYPES), '1,2,,,"x,1', *["1,2,,,x,1"] * 3, '1,2,,,x",1']
    path.write_text("\n".join(lines), encoding="utf-8")


def a_workbook(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04 and more")


@pytest.mark.parametrize(
    ("write", "words"),
    [
        (lambda path: path.touch(), "the file is empty"),
        (header_alone, "has no rows"),
        (a_title_above_the_names, "delete the lines above"),
        (other_columns, 'the column "amount" is missing'),
        (half_of_a_parquet_file, "cannot be read as a table"),
        (an_open_quote, "line 2: a quote"),
        (a_workbook, "Excel workbook"),
    ],
)
def test_a_file_that_is_no_table_is_refused_before_anything_is_predicted(
    write: Callable[[Path], None], words: str, tmp_path: Path
) -> None:
    path = tmp_path / "table.csv"
    write(path)
    with pytest.raises(UserError) as error:
        open_tables(make_model(), [str(path)], None, add_columns)
    assert words in str(error.value)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


def test_a_category_that_the_model_does_not_know_is_said_once_for_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "table.csv"
    write_csv(path, ROWS)
    model = make_model(categories={"name": ["Bob"], "zip": ["1"]})
    (source,) = open_tables(model, [str(path)], None, add_columns)
    for chunk in source.chunks(1):
        chunk.read()
    source.finish()
    _, err = capsys.readouterr()
    assert err.count("\n") == 1
    assert '"name"' in err
