"""How the files of a prediction are read."""

from pathlib import Path

import pytest

from churn.mlops import input_files
from churn.mlops.errors import UserError


def read(name: str, path: Path) -> str:
    """Returns the name of a file; refuses names with "bad" in them."""
    if "bad" in name:
        raise UserError(f'"{name}" is bad')
    return path.name.upper()


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files in a folder of their own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "b").mkdir()
    for name in ("a.x", "b/c.x", "bad 1", "good", "bad 2"):
        (tmp_path / name).touch()


def test_every_file_is_read_under_its_own_name() -> None:
    found = input_files.read_all(["a.x", "b/c.x", "a.x"], "Reading", read)
    assert found == [("a.x", "A.X"), ("b/c.x", "C.X"), ("a.x", "A.X")]


def test_every_bad_file_is_named_and_that_nothing_was_predicted() -> None:
    with pytest.raises(UserError) as error:
        input_files.read_all(["bad 1", "good", "bad 2"], "Reading", read)
    *problems, end = str(error.value).splitlines()
    assert problems == ['"bad 1" is bad', '"bad 2" is bad']
    assert end.startswith("Nothing was predicted")
    assert "2 of 3 files" in end


@pytest.mark.parametrize("name", ["missing", "b/missing", "m" * 5000])
def test_a_missing_file_is_named(name: str) -> None:
    with pytest.raises(UserError, match=f'"{name}" does not exist'):
        input_files.read_all(["good", name], "Reading", read)
