"""A training is resumed only with the settings, the data and the code that it began with."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nimble_package.mlops import checkpoints
from nimble_package.mlops.errors import UserError

DATA = {"hash": "1"}


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    """Checkpoints of a training that was interrupted."""
    folder = tmp_path / "checkpoints"
    checkpoints.start(folder, settings, DATA, resume=False)
    (folder / "0.safetensors").write_bytes(b"weights")
    return folder


def test_the_same_training_is_resumed(folder: Path, settings: Any) -> None:
    checkpoints.start(folder, settings, DATA, resume=True)
    assert (folder / "0.safetensors").is_file()


def test_without_checkpoints_a_training_begins(tmp_path: Path, settings: Any) -> None:
    checkpoints.start(tmp_path / "none", settings, DATA, resume=True)
    assert (tmp_path / "none" / checkpoints.FILE).is_file()


def test_a_new_training_removes_the_checkpoints_of_another(folder: Path, settings: Any) -> None:
    checkpoints.start(folder, settings, {"hash": "2"}, resume=False)
    assert [path.name for path in folder.iterdir()] == [checkpoints.FILE]


def test_other_settings_are_named(folder: Path, settings: Any) -> None:
    other = replace(settings, runtime=replace(settings.runtime, seed=7))
    with pytest.raises(UserError, match=r"runtime\.seed was 0 and is 7.*--resume"):
        checkpoints.start(folder, other, DATA, resume=True)
    assert (folder / "0.safetensors").is_file()


def test_settings_that_change_no_training_may_differ(folder: Path, settings: Any) -> None:
    other = replace(settings, experiment="another name")
    checkpoints.start(folder, other, DATA, resume=True)


def test_other_data_is_refused(folder: Path, settings: Any) -> None:
    with pytest.raises(UserError, match="the data has changed"):
        checkpoints.start(folder, settings, {"hash": "2"}, resume=True)


def test_other_code_is_refused(
    folder: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "compute_key", lambda _: {"modules": {}, "packages": {}})
    with pytest.raises(UserError, match="the code or its packages have changed"):
        checkpoints.start(folder, settings, DATA, resume=True)


def test_checkpoints_of_an_unknown_training_are_refused(folder: Path, settings: Any) -> None:
    (folder / checkpoints.FILE).unlink()
    with pytest.raises(UserError, match="do not say what they were made from"):
        checkpoints.start(folder, settings, DATA, resume=True)


def test_two_trainings_at_once_have_checkpoints_of_their_own(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shared, own = tmp_path / "checkpoints", tmp_path / "own"
    with checkpoints.claim(shared, own, resume=False) as first:
        with checkpoints.claim(shared, own, resume=False) as second:
            assert (first, second) == (shared, own)
        with pytest.raises(UserError, match="another training is writing the checkpoints"):
            checkpoints.claim(shared, own, resume=True).__enter__()
    assert "this one keeps its own" in caplog.text
    with checkpoints.claim(shared, own, resume=True) as later:
        assert later == shared
