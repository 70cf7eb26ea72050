"""`poe predict` reads and writes files where the user stands, and prints only predictions."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from churn.mlops import user_paths
from churn.mlops.command_line import catch_errors
from churn.mlops.commands import predict
from churn.mlops.errors import UserError


@pytest.fixture
def subfolder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of a repository from which the user has started poe."""
    folder = tmp_path / "new data"
    folder.mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("POE_ROOT", str(tmp_path))
    monkeypatch.setenv("POE_PWD", str(folder))
    return folder


@pytest.fixture
def echo(monkeypatch: pytest.MonkeyPatch) -> None:
    """A project whose inputs are the texts of files, and whose predictions are their lengths."""

    def read_inputs(_: Any, names: Sequence[str]) -> list[tuple[str, str]]:
        return [(name, user_paths.find(name).read_text(encoding="utf-8")) for name in names]

    project = SimpleNamespace(
        load_model=lambda _: None,
        read_inputs=read_inputs,
        predict=lambda _, texts: [{"length": len(text)} for text in texts],
    )
    monkeypatch.setattr(predict, "PROJECT", project)


def run(*names: str, output: str | None = None) -> None:
    arguments: Any = SimpleNamespace(inputs=list(names), output=output)
    predict.predict(SimpleNamespace(arguments=arguments))  # type: ignore[arg-type] # what it reads


@pytest.mark.usefixtures("echo")
def test_a_file_is_read_from_where_the_user_has_started_poe(
    subfolder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (subfolder / "a.txt").write_text("four", encoding="utf-8")
    (subfolder.parent / "a.txt").write_text("of the repository", encoding="utf-8")
    run("a.txt")
    assert json.loads(capsys.readouterr().out) == {"input": "a.txt", "length": 4}


@pytest.mark.usefixtures("echo")
def test_a_path_from_the_folder_of_the_repository_still_works_in_a_subfolder(
    subfolder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (subfolder.parent / "b.txt").write_text("of the repository", encoding="utf-8")
    run("b.txt")
    assert json.loads(capsys.readouterr().out)["length"] == 17


def test_a_command_that_poe_did_not_start_reads_from_its_own_folder(
    subfolder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (subfolder / "a.txt").write_text("four", encoding="utf-8")
    monkeypatch.setenv("POE_ROOT", str(subfolder))
    assert user_paths.find("a.txt") == Path("a.txt")


def test_a_text_that_is_longer_than_a_file_name_is_no_file(subfolder: Path) -> None:
    text = "word " * 1000
    assert subfolder.is_dir()
    assert user_paths.find(text) == Path(text)


@pytest.mark.usefixtures("echo")
def test_output_is_written_to_where_the_user_stands(
    subfolder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (subfolder / "a.txt").write_text("é", encoding="utf-8")
    run("a.txt", "a.txt", output="found.jsonl")
    lines = (subfolder / "found.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["length"] for line in lines] == [1, 1]
    assert capsys.readouterr().out == '"found.jsonl" has the predictions; inputs: 2.\n'
    assert sorted(path.name for path in subfolder.iterdir()) == ["a.txt", "found.jsonl"]


@pytest.mark.usefixtures("echo")
def test_output_never_replaces_an_input(subfolder: Path) -> None:
    (subfolder / "a.txt").write_text("four", encoding="utf-8")
    with pytest.raises(UserError, match=r"would replace an input"):
        run("a.txt", output="./a.txt")
    assert (subfolder / "a.txt").read_text(encoding="utf-8") == "four"


@pytest.mark.usefixtures("echo")
def test_a_folder_that_is_missing_is_one_line(subfolder: Path) -> None:
    (subfolder / "a.txt").write_text("four", encoding="utf-8")
    with pytest.raises(UserError, match=r'"--output no/found.jsonl" cannot be written: \S'):
        run("a.txt", output="no/found.jsonl")


def test_a_reader_that_reads_nothing_ends_a_command_quietly() -> None:
    program = (
        f"from {catch_errors.__module__} import catch_errors\n"
        "import sys\n"
        "sys.stdin.read()\n"
        "raise SystemExit(catch_errors(lambda: print('few')))\n"
    )
    buffered = {**os.environ, "PYTHONUNBUFFERED": ""}
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=buffered,
    )
    assert process.stdout
    process.stdout.close()
    _, errors = process.communicate(b"")
    assert (process.returncode, errors) == (0, b"")
