"""Fixtures of the tests of mlops/: the team may change tests/conftest.py without breaking them.

Everything runs in a temporary folder, with the small settings of tests/small.txt and no tracker.
"""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy is imported

import pytest

from churn.mlops.project import PREPARED
from churn.mlops.training import FinishedRun, run_training
from churn.project import PROJECT

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with config.yaml and what tests/workspace.txt names."""
    folder = tmp_path_factory.mktemp("machinery")
    for name in ["config.yaml", *read_lines("workspace.txt")]:
        copy(ROOT / name, folder / name)
    return folder


@pytest.fixture(autouse=True)
def in_workspace(workspace: Path) -> Iterator[None]:
    """Every test runs in the workspace."""
    with contextlib.chdir(workspace):
        yield


@pytest.fixture(scope="session")
def small() -> list[str]:
    """The overrides that make a run small and keep it out of the tracker."""
    return [*read_lines("small.txt"), "runtime.track=false"]


@pytest.fixture(scope="session")
def settings(workspace: Path, small: list[str]) -> Any:
    """The repository's own settings, made small."""
    return PROJECT.load_config(workspace / "config.yaml", small)


@pytest.fixture(scope="session")
def prepared(workspace: Path, settings: Any) -> Any:
    """The manifest of the prepared data, which is in data/prepared."""
    with contextlib.chdir(workspace):
        return PROJECT.prepare(settings, PREPARED)


@pytest.fixture(scope="session")
def trained(workspace: Path, settings: Any, prepared: Any) -> FinishedRun:
    """A training with all hooks; the model is in models/current."""
    assert prepared["counts"]
    with contextlib.chdir(workspace):
        return run_training(settings)


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
