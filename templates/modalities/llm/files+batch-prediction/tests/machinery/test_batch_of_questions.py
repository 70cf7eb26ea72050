"""A table of questions is read a row at a time, and a wrong byte rejects only its row."""

from pathlib import Path

import pytest

from nimble_package.mlops.llm.batch_files import open_files


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_only_the_row_with_a_wrong_byte_is_rejected(tmp_path: Path, mark: bytes) -> None:
    path = tmp_path / "questions.csv"
    path.write_bytes(mark + b"id;question\n1;Where?\n2;Na\xefve?\n3;When?\n")
    (source,) = open_files([str(path)], "id")
    rows = [row for chunk in source.chunks(2) for row in chunk.read()]
    assert [row.id for row in rows] == ["1", "2", "3"]
    assert [row.reason for row in rows] == ["", '"question" has a byte that is not UTF-8', ""]
