"""The remote: what is asked of DVC, what is said about it, and that a failure changes nothing."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from nimble_package.mlops.settings import UserError
from nimble_package.mlops.storage import dvc, pull, push, remote, state, status

LIST = "0123456789abcdef0123456789abcdef.dir"
CONFIG = "[core]\n    analytics = false\n"
SET = f"{CONFIG}    remote = storage\n['remote \"storage\"']\n    url = s3://bucket/dvc\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of two files in the cache and a figure in git, as dvc.lock names them."""
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
        ("not/there/dvc", ["not", "is not there"]),
    ],
)
def test_a_place_that_cannot_be_one_is_refused(
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


def test_a_place_is_tried_before_anything_is_written(
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


def test_a_failure_while_writing_brings_the_configuration_back(
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
    ("said", "cure"),
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
def test_what_a_cloud_says_comes_with_what_helps(said: str, cure: str) -> None:
    told = dvc.explain("s3://bucket", f"noise\n{said}\n\nHaving any troubles? Hit us up\n")
    assert cure in told
    assert "\n" not in told
    assert told.startswith('"s3://bucket"')
    assert "troubles" not in told
    assert "noise" not in told


def test_the_tool_has_the_extra_of_each_remote(project: Path) -> None:
    assert dvc.extras("ssh://host/dvc", project) == "[s3,ssh]"
    (project / ".dvc/config").write_text(CONFIG, encoding="utf-8")
    assert dvc.extras("/a/folder", project) == ""


def test_a_push_says_what_moved(project: Path, asked: list[Any]) -> None:
    assert project
    answer.update(not_in_remote=["data/prepared/", "data/prepared/x"], unchanged=BOTH)
    assert push.push().split("\n")[:2] == [
        "Sent 1 file, 5 B, to s3://bucket/dvc.",
        "There already: 1 file, 7 B.",
    ]
    assert asked[-1] == ("push",)
    answer.update(not_in_remote=[])
    assert push.push() == "Nothing to send: 2 files, 12 B, all at s3://bucket/dvc already."


def test_what_lies_nowhere_is_named_and_nothing_is_sent(project: Path, asked: list[Any]) -> None:
    (project / ".dvc/cache/files/md5/aa" / ("a" * 30)).unlink()
    answer.update(not_in_remote=BOTH, not_in_cache=["data/prepared/x"])
    for move in (push.push, pull.pull):
        with pytest.raises(UserError, match=r'"data/prepared/x".*nothing was'):
            move()
    assert {call[0] for call in asked} == {"data"}


def test_a_pull_changes_nothing_over_work_that_is_saved_nowhere(
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
    assert "of another version" in status.status()
    assert pull.pull() == "From the cache here: 1 file, 5 B."
    assert asked[-1] == ("checkout", "data/prepared")


def test_a_pull_says_what_came(project: Path, asked: list[Any]) -> None:
    assert project
    answer.update(not_in_cache=["data/prepared/y"], uncommitted={"deleted": BOTH})
    assert pull.pull().split("\n") == [
        "Brought 1 file, 7 B, from s3://bucket/dvc.",
        "From the cache here: 1 file, 5 B.",
    ]
    assert [call[0] for call in asked] == ["data", "fetch", "checkout"]


def test_the_status_names_what_is_missing_where(project: Path, asked: list[Any]) -> None:
    answer.update(not_in_remote=["data/prepared/x"], not_in_cache=["data/prepared/y"])
    told = status.status()
    assert asked
    assert "1 file, 7 B missing here" in told
    assert "At s3://bucket/dvc: 1 file, 5 B missing" in told
    (project / ".dvc/config").write_text(CONFIG, encoding="utf-8")
    assert "no remote is set" in status.status()


@pytest.mark.parametrize("verb", [push, pull, status])
def test_without_a_lock_there_is_nothing_to_move(
    verb: Any, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "dvc.lock").unlink()
    assert verb.main([]) == 2
    assert "dvc repro" in capsys.readouterr().err
    (project / "dvc.lock").write_text("stages: [half", encoding="utf-8")
    assert verb.main([]) == 2
    assert '"dvc.lock" cannot be read' in capsys.readouterr().err


def test_amounts_are_said_as_people_do() -> None:
    assert [state.amount(size) for size in (0, 999, 1500, 2.5e9)] == [
        "0 B",
        "999 B",
        "1.5 kB",
        "2.5 GB",
    ]
