"""Data that a clone would lack is named, with the command that versions it."""

import subprocess
from pathlib import Path

import pytest

from churn.mlops import data_versions

RAW = Path("data/raw")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A git repository with two files in data/raw, which git ignores."""
    monkeypatch.chdir(tmp_path)
    git("init", "--quiet")
    RAW.mkdir(parents=True)
    for name in ("one.csv", "two.csv"):
        (RAW / name).write_text("a,b\n", encoding="utf-8")
    (tmp_path / ".gitignore").write_text("/data/**\n!/data/**/\n!/data/**/*.dvc\n", "utf-8")
    return tmp_path


def git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], check=True)


def find_problems(*sources: Path) -> str:
    return "\n".join(one.problem for one in data_versions.find_unversioned(sources))


@pytest.mark.parametrize("source", [RAW, RAW / "one.csv"])
@pytest.mark.usefixtures("repository")
def test_data_in_neither_git_nor_dvc_is_named_with_the_command(source: Path) -> None:
    name = source.as_posix()
    for path in (source, source.absolute()):
        problem = find_problems(path)
        assert f'"{path.as_posix()}" is in neither git nor DVC' in problem
        assert f'dvc add {name}"' in problem


@pytest.mark.usefixtures("repository")
def test_data_in_git_is_versioned_once_all_of_it_is() -> None:
    git("add", "--force", "data/raw/one.csv")
    assert find_problems(RAW / "one.csv") == ""
    assert "two.csv" in find_problems(RAW)
    git("add", "--force", "data/raw/two.csv")
    assert find_problems(RAW) == ""


@pytest.mark.parametrize("name", ["data/raw.dvc", "data/raw/one.csv.dvc"])
@pytest.mark.usefixtures("repository")
def test_data_that_dvc_keeps_is_versioned(name: str) -> None:
    out = Path(name).name.removesuffix(".dvc")
    Path(name).write_text(f"outs:\n- md5: abc\n  path: {out}\n", encoding="utf-8")
    assert find_problems(RAW / "one.csv") == ""


def test_data_elsewhere_and_missing_data_are_told_apart(repository: Path) -> None:
    outside = repository.parent / "elsewhere.csv"
    outside.touch()
    assert "is outside of this repository" in find_problems(outside)
    assert find_problems(Path("data/raw/missing.csv")) == ""


def test_nothing_is_known_without_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    Path("own.csv").touch()
    assert find_problems(Path("own.csv")) == ""


@pytest.mark.usefixtures("repository")
def test_nothing_is_known_where_the_program_git_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So it is in the image."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_problems(RAW) == ""
