"""Tests run in a folder of their own, with small settings (tests/small.txt) and no tracker."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy is imported

import pytest

from churn import config, data, train
from churn.mlops.project import TrainingPaths, TrainResult

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session", autouse=True)
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with config.yaml and what tests/workspace.txt names; the session runs in it."""
    folder = tmp_path_factory.mktemp("workspace")
    for name in ["config.yaml", *read_lines("workspace.txt")]:
        copy(ROOT / name, folder / name)
    before = Path.cwd()
    os.chdir(folder)
    yield folder
    os.chdir(before)


@pytest.fixture(scope="session")
def small() -> list[str]:
    """The overrides that make a run small and keep it out of the tracker."""
    return [*read_lines("small.txt"), "runtime.track=false"]


@pytest.fixture(scope="session")
def settings(workspace: Path, small: list[str]) -> config.Config:
    """The repository's own settings, made small."""
    return config.load(workspace / "config.yaml", small)


@pytest.fixture(scope="session")
def prepared(settings: config.Config) -> dict[str, Any]:
    """What data.prepare returned; the splits are in data/prepared."""
    return data.prepare(settings)


@pytest.fixture(scope="session")
def trained(settings: config.Config, prepared: dict[str, Any]) -> TrainResult:
    """What train.train returned; the model is in models/current."""
    assert prepared["counts"]
    return train.train(settings, TrainingPaths())


def read_lines(name: str) -> list[str]:
    """The lines of a file in tests/; none when it is missing."""
    path = ROOT / "tests" / name
    if not path.is_file():
        return []
    return path.read_text(encoding="utf-8").splitlines()


def copy(source: Path, target: Path) -> None:
    """Copies a file or a folder."""
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copy(source, target)
