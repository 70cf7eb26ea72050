"""The remote: what DVC is asked, what the messages say, and that a failure changes nothing."""

import dataclasses
import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from nimble_package.mlops.errors import UserError
from nimble_package.mlops.storage import data_files, dvc, pull, push, remote, status
from nimble_package.project import PROJECT

LIST = "0123456789abcdef0123456789abcdef.dir"
CONFIG = "[core]\n    analytics = false\n"
SET = f"{CONFIG}    remote = storage\n['remote \"storage\"']\n    url = s3://bucket/dvc\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two files in the cache and a metric in git, as dvc.lock names them."""
    cache = tmp_path / ".dvc/cache/files/md5"
    items = [{"md5": digit * 32, "relpath": name} for digit, name in (("a", "x"), ("b", "y"))]
    for md5, content in ((LIST, json.dumps(items)), ("a" * 32, "12345"), ("b" * 32, "1234567")):
        (cache / md5[:2]).mkdir(parents=True)
        (cache / md5[:2] / md5[2:]).write_text(content, encoding="utf-8")
    outs = [
        {"path": "data/prepared", "md5": LIST, "size": 12, "nfiles": 2},
        {"path": "reports/metrics.json", "md5": "c" * 32, "size": 3},
    ]
    lock = json.dumps({"stages": {"data": {"outs": outs}}})
    (tmp_path / "dvc.lock").write_text(lock, encoding="utf-8")
    (tmp_path / ".dvc/config").write_text(SET, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """What DVC was asked; it answers `answer` and does nothing."""
    calls: list[tuple[str, ...]] = []

    def run(_: str, *arguments: str, **_where: Path) -> str:
        calls.append(arguments)
        return json.dumps(answer)

    answer.clear()
    monkeypatch.setattr(dvc, "run", run)
    return calls


answer: dict[str, Any] = {}
BOTH = ["data/prepared/", "data/prepared/x", "data/prepared/y"]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("s3://", ["no bucket", "s3://NAME"]),
        ("ftp://host/x", ["ftp://host/x", "s3://…", "a folder"]),
        ("s3://key:word@bucket/dvc", ["s3://bucket/dvc", ".dvc/config.local"]),
        ("ssh://me:word@host/dvc", ["ssh://host/dvc", "credentials"]),
        ("not/there/dvc", ["not", "is missing"]),
    ],
)
def test_a_remote_that_cannot_exist_is_refused(
    project: Path, asked: list[Any], capsys: pytest.CaptureFixture[str], url: str, words: list[str]
) -> None:
    assert remote.main([url]) == 2
    err = capsys.readouterr().err
    assert all(word in err for word in words), err
    assert "word" not in err
    assert err.count("\n") == 1
    assert not asked
    assert (project / ".dvc/config").read_text(encoding="utf-8") == SET


def test_secrets_go_to_the_file_that_git_ignores(project: Path, asked: list[Any]) -> None:
    assert project
    chosen = ["region=eu-west-1", "access_key_id=a", "secret_access_key=b", "keyfile=~/.ssh/id"]
    assert remote.main(["s3://bucket/dvc", *chosen]) == 0
    kept = {call[-2]: "--local" in call for call in asked if call[:2] == ("remote", "modify")}
    expected = {"region": False, "access_key_id": True, "secret_access_key": True, "keyfile": False}
    assert kept == expected


def test_a_remote_is_tested_before_the_configuration_is_written(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    written = []

    def run(url: str, *arguments: str, folder: Path = Path()) -> str:
        if arguments[0] == "push":
            raise UserError(f'"{url}" cannot be used')
        written.append(folder)
        return ""

    monkeypatch.setattr(dvc, "run", run)
    assert remote.main(["s3://other/dvc"]) == 2
    assert capsys.readouterr().err == '"s3://other/dvc" cannot be used\n'
    assert written
    assert Path() not in written
    assert (project / ".dvc/config").read_text(encoding="utf-8") == SET


def test_a_failure_while_writing_restores_the_configuration(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(_: str, *arguments: str, folder: Path = Path()) -> str:
        if folder == Path():
            Path(".dvc/config").write_text("half", encoding="utf-8")
            Path(".dvc/config.local").write_text("half", encoding="utf-8")
            raise UserError("the disk is full")
        return str(arguments)

    monkeypatch.setattr(dvc, "run", run)
    assert remote.main(["s3://other/dvc"]) == 2
    assert (project / ".dvc/config").read_text(encoding="utf-8") == SET
    assert not (project / ".dvc/config.local").exists()


@pytest.mark.parametrize(
    ("output", "hint"),
    [
        ("ERROR: unexpected error - The specified bucket does not exist: NoSuchBucket", "make it"),
        ("ERROR: Access Denied: An error occurred (403) when calling PutObject", "credentials may"),
        ("ERROR: failed to transfer - [Errno 28] No space left on device", "disk is full"),
        ("ERROR: unexpected error - Could not connect to the endpoint URL", "reached"),
        ("ERROR: unexpected error - Unable to locate credentials", "log in"),
        ("ERROR: failed to transfer 'a' - [Errno 2] No such container: 'box'", "make it first"),
        ("ERROR: failed to transfer 'a' - http://host/b/tokens/o\n1 files failed", "Make it first"),
        (f"ERROR: failed to transfer '{'403' * 10}aa' - the server hung up", "may you write"),
        ("ERROR: not authorized. RequestId:1\nContent: <troubles noise>", "these credentials may"),
    ],
)
def test_an_error_of_a_cloud_comes_with_what_helps(output: str, hint: str) -> None:
    message = dvc.explain("s3://bucket", f"noise\n{output}\n\nHaving any troubles? Hit us up\n")
    assert hint in message
    assert "\n" not in message
    assert message.startswith('"s3://bucket"')
    assert "troubles" not in message
    assert "noise" not in message


def test_dvc_has_the_extra_of_each_remote(project: Path) -> None:
    assert dvc.format_extras("ssh://host/dvc", project) == "[s3,ssh]"
    (project / ".dvc/config").write_text(CONFIG, encoding="utf-8")
    assert dvc.format_extras("/a/folder", project) == ""


def test_a_push_reports_what_it_uploaded(project: Path, asked: list[Any]) -> None:
    assert project
    answer.update(not_in_remote=["data/prepared/", "data/prepared/x"], unchanged=BOTH)
    assert push.push().split("\n")[:2] == [
        "Uploaded 1 file, 5 B to s3://bucket/dvc.",
        "Already there: 1 file, 7 B.",
    ]
    assert asked[-1] == ("push",)
    answer.update(not_in_remote=[])
    assert "Nothing to upload: 2 files, 12 B are at s3://bucket/dvc already." in push.push()


def test_a_push_names_what_has_to_be_committed(project: Path, asked: list[Any]) -> None:
    assert asked == []
    git("init", "--quiet")
    answer.update(not_in_remote=["data/prepared/x"], unchanged=BOTH)
    assert "Commit .dvc/config, dvc.lock and push the commit" in push.push()
    git("add", "--all", str(project))
    git("-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "-m", "Data")
    assert push.push().endswith("\nOthers can pull.")


def test_data_that_others_could_not_get_is_refused(project: Path, asked: list[Any]) -> None:
    git("init", "--quiet")
    source = project / "data" / "raw.csv"
    source.parent.mkdir(exist_ok=True)
    source.touch()
    with pytest.raises(UserError, match=r'(?s)dvc add data/raw.csv".*Nothing was uploaded'):
        push.push([source])
    assert asked == []


def test_data_that_changed_since_it_was_added_is_refused(project: Path, asked: list[Any]) -> None:
    source = project / "data" / "prepared"
    answer.update(uncommitted={"modified": ["data/prepared/x"]}, unchanged=BOTH)
    with pytest.raises(UserError, match='"data/prepared/x": changed since DVC recorded it'):
        push.push([source])
    assert ("push",) not in asked


def test_the_command_asks_for_the_sources_of_the_configured_data(
    workspace: Path, project: Path, asked: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert asked == []
    git("init", "--quiet")
    source = project / "own.csv"
    source.touch()
    fake = dataclasses.replace(PROJECT, sources=lambda _: [source])
    monkeypatch.setattr(push, "PROJECT", fake)
    assert push.main(["--config", str(workspace / "config.yaml")]) == 2


def git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], check=True)


def test_a_lost_file_is_named_and_nothing_is_moved(project: Path, asked: list[Any]) -> None:
    (project / ".dvc/cache/files/md5/aa" / ("a" * 30)).unlink()
    answer.update(not_in_remote=BOTH, not_in_cache=["data/prepared/x"])
    for move in (push.push, pull.pull):
        with pytest.raises(UserError, match=r'"data/prepared/x".*nothing was'):
            move()
    assert {call[0] for call in asked} == {"data"}


def test_a_pull_does_not_replace_work_that_is_saved_nowhere(
    project: Path, asked: list[Any]
) -> None:
    (project / "data/prepared").mkdir(parents=True)
    (project / "data/prepared/x").write_text("mine", encoding="utf-8")
    changed = {"modified": ["data/prepared/x"]}
    answer.update(not_in_cache=["data/prepared/y"], uncommitted=changed, unchanged=BOTH)
    with pytest.raises(UserError, match=r"data/prepared/x.*saved nowhere"):
        pull.pull()
    assert {call[0] for call in asked} == {"data"}


def test_a_pull_replaces_another_version_that_the_cache_holds(
    project: Path, asked: list[Any]
) -> None:
    (project / "data/prepared").mkdir(parents=True)
    (project / "data/prepared/x").write_text("of before", encoding="utf-8")
    md5 = hashlib.md5(b"of before", usedforsecurity=False).hexdigest()
    (project / ".dvc/cache/files/md5" / md5[:2]).mkdir()
    (project / ".dvc/cache/files/md5" / md5[:2] / md5[2:]).write_bytes(b"of before")
    answer.update(uncommitted={"modified": ["data/prepared/x"]}, unchanged=BOTH)
    assert "of another version" in status.describe_status()
    assert pull.pull() == "From the cache here: 1 file, 5 B."
    assert asked[-1] == ("checkout", "data/prepared")


def test_a_pull_reports_what_it_downloaded(project: Path, asked: list[Any]) -> None:
    assert project
    answer.update(not_in_cache=["data/prepared/y"], uncommitted={"deleted": BOTH})
    assert pull.pull().split("\n") == [
        "Downloaded 1 file, 7 B from s3://bucket/dvc.",
        "From the cache here: 1 file, 5 B.",
    ]
    assert [call[0] for call in asked] == ["data", "fetch", "checkout"]


def test_the_status_says_what_is_missing_and_where(project: Path, asked: list[Any]) -> None:
    answer.update(not_in_remote=["data/prepared/x"], not_in_cache=["data/prepared/y"])
    message = status.describe_status()
    assert asked
    assert "1 file, 7 B missing here" in message
    assert "At s3://bucket/dvc: 1 file, 5 B missing" in message
    (project / ".dvc/config").write_text(CONFIG, encoding="utf-8")
    assert "no remote is set" in status.describe_status()


@pytest.mark.parametrize("verb", [push, pull, status])
def test_without_a_lock_file_there_is_nothing_to_move(
    verb: Any, workspace: Path, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--config", str(workspace / "config.yaml")]
    (project / "dvc.lock").unlink()
    assert verb.main(options) == 2
    assert "dvc repro" in capsys.readouterr().err
    (project / "dvc.lock").write_text("stages: [half", encoding="utf-8")
    assert verb.main(options) == 2
    assert '"dvc.lock" cannot be read' in capsys.readouterr().err


def test_sizes_are_printed_with_a_unit() -> None:
    assert [data_files.format_size(size) for size in (0, 999, 1500, 2.5e9)] == [
        "0 B",
        "999 B",
        "1.5 kB",
        "2.5 GB",
    ]
