"""Model and reports are replaced together, and stay as they are when a training fails."""

import dataclasses
import errno
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from nimble_package.mlops import checkpoints, staging, training
from nimble_package.mlops.errors import UserError
from nimble_package.mlops.project import TrainingPaths, TrainResult
from nimble_package.project import PROJECT

FINAL = TrainingPaths()
KILLED = """
import os, sys
from pathlib import Path
from nimble_package.mlops import staging
from nimble_package.mlops.project import TrainingPaths
moved = 0
move = staging.shutil.move

def move_some(source, target):
    global moved
    if moved == int(sys.argv[1]):
        os._exit(9)
    moved += 1
    move(source, target)

staging.shutil.move = move_some
with staging.stage(TrainingPaths()) as stage:
    stage.paths.model.mkdir()
    (stage.paths.model / "model.onnx").write_text("new")
    (stage.paths.reports / "train.json").write_text("new")
    stage.publish()
"""


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A repository with the files of an earlier training: path -> content."""
    monkeypatch.chdir(tmp_path)
    write_all(FINAL, "old")
    (FINAL.model / "card.md").write_text("only the old one has this", encoding="utf-8")
    return read_all()


def write_all(paths: TrainingPaths, content: str) -> None:
    files = [paths.model / "model.onnx", paths.plots / "loss.png", paths.reports / "train.json"]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")


def read_all() -> dict[str, str]:
    files = [path for path in Path().rglob("*") if path.is_file() and path.suffix != ".lock"]
    files = [path for path in files if path.name != checkpoints.FILE]
    return {path.as_posix(): path.read_text(encoding="utf-8") for path in sorted(files)}


def test_a_training_replaces_all_files_together(old: dict[str, str]) -> None:
    with staging.stage(FINAL) as stage:
        write_all(stage.paths, "new")
        assert {name: text for name, text in read_all().items() if ".training" not in name} == old
        stage.publish()
    assert set(read_all().values()) == {"new"}
    assert not (FINAL.model / "card.md").exists()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (RuntimeError("no"), "no"),
        (KeyboardInterrupt(), None),
        (UserError("refused"), "refused"),
        (OSError(errno.ENOSPC, "No space left on device"), "the disk is full"),
    ],
)
def test_a_training_that_fails_leaves_the_old_model_and_reports(
    settings: Any,
    old: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    said: str | None,
) -> None:
    def train(_config: Any, paths: TrainingPaths, _resume: bool) -> TrainResult:
        write_all(paths, "new")
        raise error

    fake = dataclasses.replace(PROJECT, train=train, prepare=lambda *_: {"hash": "1"})
    monkeypatch.setattr(training, "PROJECT", fake)
    monkeypatch.setattr(training.HOOKS, "before_training", [])
    wanted = UserError if isinstance(error, OSError) else type(error)
    with pytest.raises(wanted, match=said):
        training.run_training(settings)
    assert read_all() == old


@pytest.mark.parametrize("outputs", [[], None])
def test_a_model_that_does_not_predict_is_refused(
    settings: Any, old: dict[str, str], monkeypatch: pytest.MonkeyPatch, outputs: Any
) -> None:
    def train(_config: Any, paths: TrainingPaths, _resume: bool) -> TrainResult:
        write_all(paths, "new")
        return TrainResult({}, "accuracy", [0])

    def load_model(folder: Path) -> str:
        assert folder != FINAL.model
        return (folder / "model.onnx").read_text(encoding="utf-8")

    fake = dataclasses.replace(
        PROJECT,
        train=train,
        load=lambda *_: None,
        prepare=lambda *_: {"hash": "1"},
        load_model=load_model,
        predict=lambda *_: list(outputs),
    )
    monkeypatch.setattr(training, "PROJECT", fake)
    monkeypatch.setattr(training.HOOKS, "before_training", [])
    monkeypatch.setattr(type(fake), "sample", lambda *_: ["one"])
    with pytest.raises(UserError, match="so the old one stays"):
        training.run_training(settings)
    assert read_all() == old


def test_a_message_has_the_paths_that_the_user_knows(old: dict[str, str]) -> None:
    assert old
    with staging.stage(FINAL) as stage:
        message = f'"{stage.paths.model / "model.onnx"}" differs'
        assert stage.name_final_paths(message) == '"models/current/model.onnx" differs'


@pytest.mark.parametrize("moves", range(6))
def test_files_that_cannot_be_replaced_are_all_put_back(
    old: dict[str, str], monkeypatch: pytest.MonkeyPatch, moves: int
) -> None:
    move = shutil.move
    done: list[Path] = []

    def fail_after(source: Path, target: Path) -> None:
        if len(done) == moves:
            done.append(source)
            raise PermissionError(13, "Permission denied", str(source))
        done.append(source)
        move(source, target)

    monkeypatch.setattr(staging.shutil, "move", fail_after)
    with staging.stage(FINAL) as stage:
        write_all(stage.paths, "new")
        with pytest.raises(UserError, match="the old model and its reports stay"):
            stage.publish()
    assert read_all() == old


@pytest.mark.parametrize("moves", range(6))
def test_what_a_killed_training_left_is_put_back_and_removed(
    old: dict[str, str], moves: int
) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(moves)], check=False)
    assert done.returncode == 9
    assert list(Path("models").glob(f"{staging.PREFIX}*"))
    with staging.stage(FINAL):
        now = {name: text for name, text in read_all().items() if ".training" not in name}
        assert now == old
    assert read_all() == old


def test_two_trainings_at_once_do_not_mix_their_files(old: dict[str, str]) -> None:
    assert old
    with staging.stage(FINAL) as one, staging.stage(FINAL) as two:
        write_all(one.paths, "one")
        write_all(two.paths, "two")
        two.publish()
        assert one.paths.model.is_dir()
        one.publish()
    assert set(read_all().values()) == {"one"}
