"""Fixtures of the tests of mlops/: the team may change tests/conftest.py without breaking them.

Everything runs in a temporary folder, with the data and settings of tests/small_data.py.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy is imported

import pytest
import small_data

from nimble_package.mlops.project import PREPARED
from nimble_package.mlops.training import FinishedRun, run_training
from nimble_package.project import PROJECT


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what tests/small_data.py writes."""
    folder = tmp_path_factory.mktemp("machinery")
    small_data.write(folder)
    return folder


@pytest.fixture(autouse=True)
def in_workspace(workspace: Path) -> Iterator[None]:
    """Every test runs in the workspace."""
    with contextlib.chdir(workspace):
        yield


@pytest.fixture(scope="session")
def settings(workspace: Path) -> Any:
    """The settings of tests/small_data.py, which keep runs out of the tracker."""
    return PROJECT.load_config(workspace / "config.yaml", [])


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
