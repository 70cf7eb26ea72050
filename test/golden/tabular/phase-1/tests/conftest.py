"""Tests run in a folder of their own, with the data and settings of tests/small_data.py."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy is imported

import pytest
import small_data
from team_columns import only_for_the_small_table  # noqa: F401 - pytest finds it by name

from churn import config, data, train
from churn.mlops.project import TrainingPaths, TrainResult


@pytest.fixture(scope="session", autouse=True)
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with what tests/small_data.py writes; the session runs in it."""
    folder = tmp_path_factory.mktemp("workspace")
    small_data.write(folder)
    before = Path.cwd()
    os.chdir(folder)
    yield folder
    os.chdir(before)


@pytest.fixture(scope="session")
def settings(workspace: Path) -> config.Config:
    """The settings of tests/small_data.py."""
    return config.load(workspace / "config.yaml")


@pytest.fixture(scope="session")
def prepared(settings: config.Config) -> dict[str, Any]:
    """What data.prepare returned; the splits are in data/prepared."""
    return data.prepare(settings)


@pytest.fixture(scope="session")
def trained(settings: config.Config, prepared: dict[str, Any]) -> TrainResult:
    """What train.train returned; the model is in models/current."""
    assert prepared["counts"]
    return train.train(settings, TrainingPaths())
