"""Tests run in a folder of their own, on small settings (tests/small.txt), without the tracker."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy is imported

import pytest

from churn import config, data, train

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session", autouse=True)
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with config.yaml and what tests/room.txt names, in which the whole session runs."""
    before, folder = Path.cwd(), tmp_path_factory.mktemp("room")
    more = ROOT / "tests" / "room.txt"
    names = more.read_text(encoding="utf-8").splitlines() if more.is_file() else []
    for source in [ROOT / name for name in ["config.yaml", *names]]:
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / source.name)
    os.chdir(folder)
    yield folder
    os.chdir(before)


@pytest.fixture(scope="session")
def small() -> list[str]:
    """The overrides that make a run small and keep it out of the tracker."""
    lines = (ROOT / "tests" / "small.txt").read_text(encoding="utf-8").splitlines()
    return [*lines, "runtime.track=false"]


@pytest.fixture(scope="session")
def settings(room: Path, small: list[str]) -> config.Config:
    """The repository's own settings, made small."""
    return config.load(room / "config.yaml", small)


@pytest.fixture(scope="session")
def prepared(settings: config.Config) -> dict[str, Any]:
    """What data.prepare returned; the splits lie in data/prepared."""
    return data.prepare(settings)


@pytest.fixture(scope="session")
def trained(settings: config.Config, prepared: dict[str, Any]) -> train.Result:
    """What train.train returned; the model lies in models/current."""
    assert prepared
    return train.train(settings)
