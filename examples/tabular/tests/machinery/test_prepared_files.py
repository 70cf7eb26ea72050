"""Prepared data is used again only when nothing it was made from has changed."""

import errno
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from churn.mlops import prepared_files
from churn.mlops.commands import data
from churn.mlops.errors import UserError
from churn.mlops.files import load_json, save_json
from churn.mlops.step_key import compute_key
from churn.project import PROJECT

SAME = {"settings": "1", "files": "1", "code": "1", "packages": "1"}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder with two files."""
    for name in ("one.txt", "labels/two.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(name, encoding="utf-8")
    return tmp_path


def change_code(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """Makes a module or a package of the step another one."""
    key = compute_key("data")
    changed = {**key, kind: {**key[kind], "columns.py": "another"}}
    monkeypatch.setattr(prepared_files, "compute_key", lambda _: changed)


def list_names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def list_changes(before: dict[str, str], after: dict[str, str]) -> list[str]:
    return [kind for kind in before if before[kind] != after[kind]]


@pytest.mark.parametrize("kind", ["modules", "packages"])
def test_changed_code_and_packages_prepare_the_data_again(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    before = PROJECT.prepare(settings, tmp_path)
    change_code(monkeypatch, kind)
    after = PROJECT.prepare(settings, tmp_path)
    changed = "code" if kind == "modules" else "packages"
    assert f"changed since then: {changed}." in prepared_files.explain_reuse(before, after)


def test_each_kind_of_input_has_a_hash(source: Path) -> None:
    before = prepared_files.describe_inputs("settings", [source])
    assert prepared_files.describe_inputs("settings", [source]) == before
    assert list_changes(before, prepared_files.describe_inputs("other", [source])) == ["settings"]
    (source / "labels" / "two.txt").write_text("changed", encoding="utf-8")
    assert list_changes(before, prepared_files.describe_inputs("settings", [source])) == ["files"]


def test_a_renamed_file_is_another_source_and_a_hidden_file_is_none(source: Path) -> None:
    before = prepared_files.describe_inputs("settings", [source])
    for name in (".gitignore", ".DS_Store", "Thumbs.db", "labels/desktop.ini"):
        (source / name).touch()
    assert prepared_files.describe_inputs("settings", [source]) == before
    (source / "one.txt").rename(source / "three.txt")
    assert list_changes(before, prepared_files.describe_inputs("settings", [source])) == ["files"]


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (None, "was prepared."),
        ({"made_from": SAME}, "was reused"),
        ({"made_from": {**SAME, "code": "2"}}, "changed since then: code."),
        ({"made_from": "a hash"}, "an older version"),
        ({}, "was prepared."),
    ],
)
def test_whether_and_why_data_was_prepared_again_is_a_sentence(
    before: dict[str, Any] | None, said: str
) -> None:
    assert said in prepared_files.explain_reuse(before, {"made_from": SAME})


@pytest.mark.usefixtures("prepared")
def test_poe_data_prints_that_data_was_reused(capsys: pytest.CaptureFixture[str]) -> None:
    assert data.main([]) == 0
    capsys.readouterr()
    assert data.main([]) == 0
    assert "The prepared data was reused" in capsys.readouterr().out


@pytest.mark.usefixtures("prepared")
def test_an_interrupted_preparation_is_never_reused(settings: Any, tmp_path: Path) -> None:
    manifest = dict(PROJECT.prepare(settings, tmp_path))
    prepared_files.start_writing(tmp_path)
    assert prepared_files.read_reusable(tmp_path, manifest["made_from"]) is None
    again = dict(PROJECT.prepare(settings, tmp_path))
    assert again == manifest == json.loads((tmp_path / "manifest.json").read_text("utf-8"))


@pytest.mark.usefixtures("prepared")
def test_a_prepared_file_that_was_changed_by_hand_is_refused(settings: Any, tmp_path: Path) -> None:
    manifest = PROJECT.prepare(settings, tmp_path)
    assert set(manifest["written"]) == list_names(tmp_path) - {prepared_files.MANIFEST}
    for name in manifest["written"]:
        content = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(content + b"\n")
        with pytest.raises(UserError, match="changed by hand") as refused:
            PROJECT.load(settings, tmp_path)
        assert f'"{(tmp_path / name).as_posix()}"' in str(refused.value)
        (tmp_path / name).write_bytes(content)
    PROJECT.load(settings, tmp_path)


@pytest.mark.usefixtures("prepared")
def test_a_prepared_file_that_is_missing_is_made_again(settings: Any, tmp_path: Path) -> None:
    manifest = PROJECT.prepare(settings, tmp_path)
    for name in manifest["written"]:
        (tmp_path / name).unlink()
        assert PROJECT.prepare(settings, tmp_path) == manifest
        assert (tmp_path / name).is_file()


@pytest.mark.parametrize("text", ["", '{"made_from": {"data'])
def test_a_manifest_that_is_not_whole_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / prepared_files.MANIFEST).write_text(text, encoding="utf-8")
    assert prepared_files.read_manifest(tmp_path) is None


def test_a_value_that_cannot_be_written_leaves_the_old_file_whole(tmp_path: Path) -> None:
    path = tmp_path / "facts.json"
    save_json(path, {"label": "old"})
    with pytest.raises(UnicodeEncodeError):
        save_json(path, {"label": "\udce9"})
    assert load_json(path) == {"label": "old"}


def test_a_folder_that_cannot_be_read_is_an_error_and_not_empty(
    source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> None:
        if path.name == "labels":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        path.stat()

    monkeypatch.setattr(prepared_files, "check_readable", refuse)
    with pytest.raises(PermissionError, match="labels"):
        prepared_files.describe_inputs("settings", [source])


PREPARES = """
import sys, time
from pathlib import Path
from churn.mlops import prepared_files

@prepared_files.one_at_a_time
def prepare(config, folder):
    print("begins", flush=True)
    time.sleep(0.5)
    print("ends", flush=True)

prepare(None, Path(sys.argv[1]))
"""


def test_two_commands_at_once_prepare_one_after_the_other(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PREPARES, str(tmp_path / "prepared")]
    log = tmp_path / "log.txt"
    with log.open("w", encoding="utf-8") as file:
        both = [subprocess.Popen(command, stdout=file) for _ in range(2)]
        assert [process.wait() for process in both] == [0, 0]
    assert log.read_text(encoding="utf-8").split() == ["begins", "ends", "begins", "ends"]


def test_a_function_that_holds_the_folder_calls_another_that_does(tmp_path: Path) -> None:
    @prepared_files.one_at_a_time
    def prepare(config: object, folder: Path) -> str:
        return f"{config} {folder.name}"

    @prepared_files.one_at_a_time
    def load(config: object, folder: Path) -> str:
        return prepare(config, folder)

    assert load("settings", tmp_path / "prepared") == "settings prepared"
