"""`poe template-update` commits what the generator merges, also with conflicts, and says so."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

TASKS = Path(__file__).parents[2] / "tasks"
sys.path.insert(0, str(TASKS))
import template_update  # noqa: E402 - tasks/ is no package

GENERATOR = """import json, pathlib, subprocess, sys
change = json.loads(pathlib.Path("change.json").read_text())
if change["added"]:
    pathlib.Path("new.txt").write_text("new")
    subprocess.run(["git", "add", "new.txt"], check=True)
    if not change["conflicts"]:
        subprocess.run(["git", "commit", "--quiet", "--message", "Update"], check=True)
print(json.dumps(change))
sys.exit(1 if change["conflicts"] else 0)
"""


def git(*arguments: str) -> str:
    """Returns what git prints, with a name of its own."""
    name = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]
    command = ["git", *name, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def start(folder: Path, monkeypatch: pytest.MonkeyPatch, **stated: Any) -> None:
    """Makes a repository whose generator reports this change."""
    monkeypatch.chdir(folder)
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Ada")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "ada@example.com")
    lists = {key: [] for key in [*template_update.SECTIONS, "conflicts", "releaseNotes", "notes"]}
    versions = {"from": {"version": "0.1.0"}, "to": {"version": "0.2.0"}}
    Path("change.json").write_text(json.dumps({**lists, **versions, **stated}))
    Path("generator.py").write_text(GENERATOR)
    monkeypatch.setenv("NIMBLE_ML", f'"{sys.executable}" generator.py')
    git("init", "--quiet")
    git("add", "--all")
    git("commit", "--quiet", "--message", "Start")


def test_an_update_is_committed_and_described(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    news = [{"version": "0.2.0", "block": "gate", "text": "It closes."}]
    start(tmp_path, monkeypatch, added=["new.txt"], releaseNotes=news)
    assert template_update.main([]) == 0
    page = template_update.PAGE.read_text()
    assert "nimble-ml 0.1.0 → 0.2.0" in page
    assert "## Added\n\n- `new.txt`" in page
    assert "gate: It closes." in page
    assert "Conflicts" not in page
    assert git("log", "--format=%s").splitlines() == ["Update", "Start"]


def test_conflicts_are_committed_and_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    conflicts = [{"path": "new.txt", "reason": "you and the templates added it"}]
    start(tmp_path, monkeypatch, added=["new.txt"], conflicts=conflicts)
    (tmp_path / ".git/MERGE_MSG").write_text("Update with conflicts\n")
    assert template_update.main([]) == 0
    page = template_update.PAGE.read_text()
    assert "- new.txt: you and the templates added it" in page
    assert "git switch template-update" in page
    assert git("log", "-1", "--format=%s") == "Update with conflicts"


def test_nothing_newer_is_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    start(tmp_path, monkeypatch)
    assert template_update.main([]) == 0
    assert "up to date" in capsys.readouterr().out
    assert not template_update.PAGE.exists()


def test_a_refusal_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    start(tmp_path, monkeypatch)
    refuse = 'import sys; print("a.txt: not committed", file=sys.stderr); sys.exit(2)'
    (tmp_path / "generator.py").write_text(refuse)
    assert template_update.main([]) == 2
    assert capsys.readouterr().err == "a.txt: not committed\n"


def test_the_newest_stable_version_that_is_old_enough_is_taken() -> None:
    published = {
        "created": "2026-01-01T00:00:00.000Z",
        "0.9.0": "2026-01-02T00:00:00.000Z",
        "0.10.0": "2026-01-03T00:00:00.000Z",
        "0.11.0-beta.1": "2026-01-04T00:00:00.000Z",
        "0.11.0": "2026-01-09T00:00:00.000Z",
    }
    until = datetime(2026, 1, 5, tzinfo=UTC)
    assert template_update.choose_version(published, until) == "0.10.0"
    assert template_update.choose_version({}, until) is None
