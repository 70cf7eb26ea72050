"""Tables of texts are read a row at a time, and a row that is wrong is the only one rejected."""

import tracemalloc
from pathlib import Path

import pytest

from nimble_package.mlops.batch.rows import Row
from nimble_package.mlops.errors import UserError
from nimble_package.mlops.nlp.batch_files import open_files


def read_all(path: Path, id_column: str | None = None) -> list[Row]:
    (source,) = open_files([str(path)], "text", id_column)
    return [row for chunk in source.chunks(2) for row in chunk.read()]


def measure_peak(path: Path) -> int:
    """Bytes that are held at once while all rows are read."""
    tracemalloc.start()
    (source,) = open_files([str(path)], "text", None)
    for chunk in source.chunks(100):
        chunk.read()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


@pytest.mark.parametrize("name", ["texts.csv", "texts.tsv"])
def test_ten_times_as_many_rows_need_no_more_memory(tmp_path: Path, name: str) -> None:
    separator = "," if name.endswith(".csv") else "\t"
    header = f"id{separator}text\n"
    path = tmp_path / name
    peaks = []
    for count in (2_000, 20_000):
        rows = (f"{number}{separator}a text of some words\n" for number in range(count))
        path.write_text(header + "".join(rows), encoding="utf-8")
        peaks.append(measure_peak(path))
    assert peaks[1] <= 1.5 * peaks[0]


@pytest.mark.parametrize(
    ("content", "texts"),
    [
        (b"id,text\r\n1,one\r\n2,two\r\n", ["one", "two"]),
        (b"id,text\r1,one\r2,two\r", ["one", "two"]),
        (b"\xef\xbb\xbfid;text\n1;one, or two\n\n2;two\n", ["one, or two", "two"]),
        (b'id,text\n1,"one\nline"\n2,"say ""two"""\n', ["one\nline", 'say "two"']),
        (b'id\ttext\n1\t"one\n2\ttwo\n', ['"one', "two"]),
        ("id,text\n1,één\n2,two\n".encode("utf-16"), ["één", "two"]),
    ],
)
def test_a_table_is_read_as_written(tmp_path: Path, content: bytes, texts: list[str]) -> None:
    path = tmp_path / ("texts.tsv" if b"\t" in content else "texts.csv")
    path.write_bytes(content)
    rows = read_all(path, "id")
    assert [row.value for row in rows] == texts
    assert [row.id for row in rows] == ["1", "2"]


def test_only_the_row_with_a_wrong_byte_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "texts.csv"
    path.write_bytes(b"text\ngood\nna\xefve\n   ,\nalso good\n")
    reasons = [row.reason for row in read_all(path)]
    assert reasons == ["", '"text" has a byte that is not UTF-8', '"text" has no text', ""]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'text,id\n"open,1\ngood,2\n', "line 2 has a quote that is not closed"),
        (b"text\n1,good\n2,better\n", "every line has 1 cells more than the first one"),
        (b"text,text\na,b\n", 'has the column "text" more than once'),
        (b"t\0e\0x\0t\0\n\0", "is not UTF-8 (many bytes are 0)"),
        (b"version https://git-lfs.github.com/spec/v1\n", "is a pointer of Git LFS"),
        (b"text\n", "has no rows to predict for"),
    ],
)
def test_a_file_that_is_no_table_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "texts.csv"
    path.write_bytes(content)
    with pytest.raises(UserError) as refusal:
        read_all(path)
    assert message in str(refusal.value)
