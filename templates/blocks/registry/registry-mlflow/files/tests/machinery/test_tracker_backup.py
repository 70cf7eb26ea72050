"""Backs up a tracker with a registered model, and restores it where there is nothing."""

import contextlib
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import small_data

from nimble_package.mlops.errors import UserError
from nimble_package.mlops.project import PREPARED
from nimble_package.mlops.registry import tracker_backup, versions
from nimble_package.mlops.registry.commands import tracker
from nimble_package.mlops.training import run_training
from nimble_package.project import PROJECT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a registered model."""
    folder = tmp_path_factory.mktemp("backup") / "old place"
    folder.mkdir()
    small_data.write(folder)
    with pytest.MonkeyPatch.context() as patch, contextlib.chdir(folder):
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        config = PROJECT.load_config(Path("config.yaml"), ["runtime.track=true"])
        run_training(config)
        versions.register(config)
    return folder


@pytest.fixture(autouse=True)
def in_folder(folder: Path, in_workspace: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every test runs there."""
    assert in_workspace is None
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    with contextlib.chdir(folder):
        yield


def test_a_restored_tracker_has_the_registered_model(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backup = tmp_path / "tracker.tar.gz"
    assert tracker.main(["backup", str(backup)]) == 0
    assert "1 runs, 1 registered versions" in capsys.readouterr().out
    assert tracker.main(["backup", str(backup)]) == 2
    assert "exists: name another file" in capsys.readouterr().err
    assert tracker.main(["restore", str(backup)]) == 2  # this place is not empty
    assert "replaces nothing" in capsys.readouterr().err
    hidden = folder.with_name("hidden")
    folder.rename(hidden)  # so that nothing can be read from the old place
    place = tmp_path / "new place"
    shutil.copytree(hidden / "data", place / "data")
    shutil.copy(hidden / "config.yaml", place)
    try:
        with contextlib.chdir(place):
            assert tracker.main(["restore", str(backup)]) == 0
            config = PROJECT.load_config(Path("config.yaml"), ["runtime.track=true"])
            version = versions.challenger(config)
            assert version
            examples = PROJECT.load(config, PREPARED).test
            found = versions.evaluate_version(config, version, examples)
            assert found.metrics == pytest.approx(version.facts.metrics, nan_ok=True)
            _expect_no_trace(Path("mlflow.db"), str(folder))
    finally:
        hidden.rename(folder)


def _expect_no_trace(database: Path, old: str) -> None:
    with contextlib.closing(sqlite3.connect(database)) as opened:
        for table, column in tracker_backup.ADDRESSES:
            rows = opened.execute(f"SELECT {column} FROM {table}")  # noqa: S608  # a constant
            assert not [value for (value,) in rows if value and value.startswith(old)]


def test_a_damaged_backup_restores_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backup = tmp_path / "tracker.tar.gz"
    tracker_backup.back_up(backup)
    content = backup.read_bytes()
    place = tmp_path / "empty"
    place.mkdir()
    with contextlib.chdir(place):
        for damaged in (content[: len(content) // 2], b"no archive", b""):
            backup.write_bytes(damaged)
            assert tracker.main(["restore", str(backup)]) == 2
            message = capsys.readouterr().err
            assert "is not a whole backup" in message
            assert len(message.splitlines()) == 1
        assert not list(place.iterdir())


def test_an_earlier_schema_is_migrated_after_a_backup(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from alembic import command
    from alembic.script import ScriptDirectory
    from mlflow.store.db.utils import _get_alembic_config
    from mlflow.store.tracking.dbmodels.initial_models import Base
    from sqlalchemy import create_engine

    backup = tmp_path / "before.tar.gz"
    assert tracker.main(["upgrade", str(backup)]) == 0
    assert "Nothing to do" in capsys.readouterr().out
    assert not backup.exists()
    monkeypatch.chdir(tmp_path)
    address = f"sqlite:///{tmp_path}/mlflow.db"
    settings = _get_alembic_config(address)
    newest = ScriptDirectory.from_config(settings).get_current_head()
    earlier = ScriptDirectory.from_config(settings).get_revision(str(newest)).down_revision
    Base.metadata.create_all(create_engine(address))  # the tables before the first migration
    command.upgrade(settings, str(earlier))
    assert tracker_backup.read_revision(Path("mlflow.db")) == earlier
    assert tracker.main(["upgrade", str(backup)]) == 0
    assert f"is {newest}" in capsys.readouterr().out
    assert tracker_backup.read_revision(Path("mlflow.db")) == newest
    Path("mlflow.db").unlink()
    assert tracker.main(["restore", str(backup)]) == 0
    assert tracker_backup.read_revision(Path("mlflow.db")) == earlier


def test_a_tracker_on_a_server_is_backed_up_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "postgresql://ada:secret@host/runs")
    with pytest.raises(UserError, match="the tracker is a server") as refusal:
        tracker_backup.back_up(tmp_path / "tracker.tar.gz")
    assert "secret" not in str(refusal.value)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:///missing.db")
    with pytest.raises(UserError, match="missing"):
        tracker_backup.back_up(tmp_path / "tracker.tar.gz")


def test_what_is_not_a_database_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "text.db"
    path.write_text("not a database, although it is long enough to be one", encoding="utf-8")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{path}")
    with pytest.raises(UserError, match="cannot be read as a database"):
        tracker_backup.back_up(tmp_path / "tracker.tar.gz")
