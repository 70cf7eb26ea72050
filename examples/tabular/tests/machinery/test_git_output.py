"""The git state of a run: changed by the user, or only by what the commands write."""

import os
import subprocess
from pathlib import Path

import pytest

from churn.mlops.git_output import read_state


def git(*arguments: str) -> None:
    identity = ("-c", "user.name=Test", "-c", "user.email=test@e.example")
    subprocess.run(["git", *identity, *arguments], check=True, capture_output=True)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A committed project in a folder of a larger repository."""
    project = tmp_path / "project"
    (project / "data").mkdir(parents=True)
    (project / "docs").mkdir()
    (project / "config.yaml").write_text("seed: 0\n", encoding="utf-8")
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)  # set inside a hook of git
    monkeypatch.chdir(tmp_path)
    git("init", "--quiet")
    git("add", "--all")
    git("commit", "--quiet", "-m", "first")
    monkeypatch.chdir(project)
    return project


def test_files_that_commands_write_for_the_first_time_are_not_changes(folder: Path) -> None:
    assert read_state()[1] is False
    for name in ["data/split.yaml", "data/schema.yaml", "docs/dataset-card.md", "uv.lock"]:
        (folder / name).write_text("written: 1\n", encoding="utf-8")
    assert read_state()[1] is False


@pytest.mark.parametrize("name", ["config.yaml", "notes.md", "data/labels.yaml"])
def test_an_edited_or_new_file_is_a_change(folder: Path, name: str) -> None:
    (folder / name).write_text("seed: 1\n", encoding="utf-8")
    assert read_state()[1] is True


def test_a_committed_split_that_differs_is_a_change(folder: Path) -> None:
    split = folder / "data/split.yaml"
    split.write_text("seed: 0\n", encoding="utf-8")
    git("add", "--all")
    git("commit", "--quiet", "-m", "split")
    assert read_state()[1] is False
    split.write_text("seed: 1\n", encoding="utf-8")
    assert read_state()[1] is True
