"""Two repositories that share one tracker cannot mix their runs."""

import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from churn.mlops import experiment_owner, tracking
from churn.mlops.errors import UserError

CONFIG = ["-c", "user.name=Test", "-c", "user.email=test@example.com"]


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *CONFIG, *arguments], cwd=folder, check=True, capture_output=True)


def make_repository(folder: Path, message: str) -> Path:
    folder.mkdir()
    git(folder, "init", "-q")
    git(folder, "commit", "-q", "--allow-empty", "-m", message)
    return folder


def test_an_experiment_belongs_to_one_repository_and_its_clones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = make_repository(tmp_path / "first", "one")
    git(tmp_path, "clone", "-q", str(first), "clone")
    other = make_repository(tmp_path / "other", "another")
    experiment = SimpleNamespace(name="churn", tags={})
    set_tag = experiment.tags.__setitem__
    for folder in (first, tmp_path / "clone"):
        monkeypatch.chdir(folder)
        experiment_owner.claim(experiment, set_tag)
    (first / "model").mkdir()
    for folder in (other, first / "model"):
        monkeypatch.chdir(folder)
        with pytest.raises(UserError, match='"churn" of this tracker belongs to another'):
            experiment_owner.claim(experiment, set_tag)


def test_a_folder_or_a_shallow_clone_whose_first_commit_is_not_known_may_train(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = make_repository(tmp_path / "first", "one")
    git(first, "commit", "-q", "--allow-empty", "-m", "two")
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{first}", "shallow")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    (tmp_path / "none").mkdir()
    for name in ("shallow", "none"):
        monkeypatch.chdir(tmp_path / name)
        assert experiment_owner.identify() is None


@pytest.mark.slow
def test_two_repositories_on_one_database_are_kept_apart(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = make_repository(tmp_path / "first", "one")
    other = make_repository(tmp_path / "other", "another")
    database = f"sqlite:///{(tmp_path / 'mlflow.db').as_posix()}"
    monkeypatch.setenv(tracking.ADDRESS_VARIABLE, database)
    values = {**vars(settings), "runtime": replace_track(settings.runtime)}
    config = type(settings)(**values)
    monkeypatch.chdir(first)
    with tracking.start(config) as run:
        assert run.id
    monkeypatch.chdir(other)
    with pytest.raises(UserError, match="belongs to another repository"), tracking.start(config):
        pass
    renamed = type(settings)(**{**values, "experiment": f"{config.experiment}-other"})
    with tracking.start(renamed) as run:
        assert run.id


def replace_track(runtime: Any) -> Any:
    return type(runtime)(**{**vars(runtime), "track": True})
