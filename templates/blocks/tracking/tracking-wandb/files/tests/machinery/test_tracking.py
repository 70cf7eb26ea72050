"""A training, its plots and its model: kept offline by W&B, read back from the files of the run."""

import errno
import json
import os
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from nimble_package import config, train
from nimble_package.mlops import runs, tracking
from nimble_package.mlops.settings import UserError


@pytest.fixture(scope="module")
def run(room: Path, small: list[str]) -> runs.Stored:
    """A small training that is tracked, as a child of another run."""
    settings = config.load(room / "config.yaml", [*small, "runtime.track=true"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUN_PARENT", "sweep1")
        patch.delenv("WANDB_MODE", raising=False)
        patch.delenv("WANDB_DIR", raising=False)
        result = train.train(settings)
    assert result.run_id
    stored = runs.find(result.run_id)
    assert stored.metrics.items() >= result.metrics.items()
    return stored


def test_a_run_is_kept_with_its_settings_time_and_parent(
    run: runs.Stored, settings: config.Config
) -> None:
    assert (run.status, run.experiment) == ("finished", tracking.project(settings.experiment))
    assert run.settings["runtime.seed"] == str(settings.runtime.seed)
    assert run.tags == {"parent": "sweep1"}
    assert run.seconds
    assert run.seconds > 0
    assert timedelta(0) < datetime.now(UTC) - run.started < timedelta(minutes=10)
    assert not any(key.startswith("_") or key == "step" for key in run.metrics)


def test_plots_manifest_and_model_come_back_byte_for_byte(run: runs.Stored, tmp_path: Path) -> None:
    manifest = runs.fetch(run.id, "manifest.json", tmp_path)
    assert json.loads(manifest.read_text(encoding="utf-8"))["run_id"] == run.id
    for name, original in (("plots", Path("reports/plots")), ("current", Path("models/current"))):
        fetched = runs.fetch(run.id, name, tmp_path)
        files = [path for path in original.rglob("*") if path.is_file()]
        assert files
        for path in files:
            assert (fetched / path.relative_to(original)).read_bytes() == path.read_bytes()


def test_the_log_holds_the_model_as_an_artifact_and_the_data(run: runs.Stored) -> None:
    from wandb.proto import wandb_internal_pb2 as protocol

    log = next(Path("wandb").glob(f"*-{run.id}/*.wandb"))
    records = [protocol.Record.FromString(piece) for piece in runs._pieces(log.read_bytes())]
    kinds = {record.WhichOneof("record_type") for record in records}
    assert {"run", "config", "summary", "exit"} <= kinds
    assert f"model-{run.id}".encode() in log.read_bytes()
    digest = json.loads(Path("data/prepared/manifest.json").read_text(encoding="utf-8"))["hash"]
    assert digest.encode() in log.read_bytes()


def test_runs_of_an_experiment_are_listed_and_tagged(
    run: runs.Stored, settings: config.Config
) -> None:
    assert run.id in [each.id for each in runs.stored(settings.experiment)]
    assert runs.stored("another") == []
    runs.tag(run.id, reproduced="yes")
    runs.tag(run.id, best="3")
    expected = {"parent": "sweep1", "reproduced": "yes", "best": "3"}
    assert runs.find(run.id).tags == expected


@pytest.mark.parametrize("name", ["nothing", "../x", "*", ""])
def test_an_unknown_run_is_named(run: runs.Stored, name: str) -> None:
    assert run
    with pytest.raises(UserError, match="cannot be had from the tracker"):
        runs.find(name)


def test_a_missing_file_and_a_missing_folder_are_named(
    run: runs.Stored, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UserError, match=r'"nothing\.json" of the run'):
        runs.fetch(run.id, "nothing.json", tmp_path)
    monkeypatch.setenv("WANDB_DIR", str(tmp_path / "none"))
    with pytest.raises(UserError, match="WANDB_DIR"):
        runs.find(run.id)


def test_a_log_that_was_cut_off_says_what_it_still_knows(
    run: runs.Stored, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = next(Path("wandb").glob(f"*-{run.id}/*.wandb"))
    copy = tmp_path / "wandb" / log.parent.name / log.name
    copy.parent.mkdir(parents=True)
    monkeypatch.setenv("WANDB_DIR", str(tmp_path))
    copy.write_bytes(log.read_bytes()[:-20])
    assert runs.find(run.id).status == "running"
    copy.write_bytes(log.read_bytes()[:40])
    with pytest.raises(UserError, match="cut off"):
        runs.find(run.id)
    assert runs.stored(run.experiment) == []


def test_records_that_span_blocks_are_joined() -> None:
    kinds = {(True, True): 1, (True, False): 2, (False, False): 3, (False, True): 4}
    records = [bytes([n]) * size for n, size in enumerate([5, 32730, 0, 100_000, 32761, 9])]
    log = bytearray(runs.HEAD)
    for record in records:
        rest, first, last = record, True, False
        while not last:
            if (left := runs.BLOCK - len(log) % runs.BLOCK) < runs.HEAD:
                log += bytes(left)
                continue
            part, rest = rest[: left - runs.HEAD], rest[left - runs.HEAD :]
            last = not rest
            log += struct.pack("<IHB", 0, len(part), kinds[first, last]) + part
            first = False
    assert list(runs._pieces(bytes(log))) == records
    assert list(runs._pieces(bytes(log[:-1]))) == records[:-1]


def test_a_disk_that_is_full_on_the_way_is_one_line(tmp_path: Path) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    full = tracking.Run(SimpleNamespace(id="one", log=fail, save=fail, dir=str(tmp_path)))
    with pytest.raises(UserError, match=r'wandb" cannot keep runs \(.*No space.*\): make room'):
        full.metrics({"loss": 1.0}, step=1)
    with pytest.raises(UserError, match=r"No space.*\): make room"):
        full.files(Path("config.yaml"))
