"""A training, its plots and its model are kept offline by W&B, and read from its files."""

import errno
import json
import os
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from nimble_package.mlops import runs, tracking
from nimble_package.mlops.errors import UserError
from nimble_package.mlops.run_links import RunLinks
from nimble_package.mlops.training import run_training
from nimble_package.project import PROJECT


@pytest.fixture(scope="module")
def run(workspace: Path) -> runs.TrackedRun:
    """A small training that is tracked, as a child of another run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(workspace)
        patch.delenv("WANDB_MODE", raising=False)
        patch.delenv("WANDB_DIR", raising=False)
        config = PROJECT.load_config(Path("config.yaml"), ["runtime.track=true"])
        finished = run_training(config, links=RunLinks(parent="search1"))
        assert finished.run_id
        tracked = runs.find(finished.run_id)
    assert tracked.metrics.items() >= finished.metrics.items()
    return tracked


def test_a_run_is_kept_with_its_settings_time_and_parent(
    run: runs.TrackedRun, settings: Any
) -> None:
    assert (run.status, run.experiment) == ("finished", tracking.project(settings.experiment))
    assert run.settings["runtime.seed"] == str(settings.runtime.seed)
    assert run.tags["parent"] == "search1"
    assert run.tags["modality"] == PROJECT.modality
    assert len(run.tags["data.hash"]) == 64
    assert run.settings["task"]
    assert run.seconds
    assert run.seconds > 0
    assert timedelta(0) < datetime.now(UTC) - run.started < timedelta(minutes=10)
    assert not any(key.startswith("_") or key == "step" for key in run.metrics)


def test_plots_manifest_and_model_come_back_byte_for_byte(
    run: runs.TrackedRun, tmp_path: Path
) -> None:
    manifest = runs.fetch(run.id, "manifest.json", tmp_path)
    assert json.loads(manifest.read_text(encoding="utf-8"))["run_id"] == run.id
    for name, original in (("plots", Path("reports/plots")), ("current", Path("models/current"))):
        fetched = runs.fetch(run.id, name, tmp_path)
        files = [path for path in original.rglob("*") if path.is_file()]
        assert files
        for path in files:
            assert (fetched / path.relative_to(original)).read_bytes() == path.read_bytes()


def test_the_log_has_the_model_as_an_artifact_and_the_data(run: runs.TrackedRun) -> None:
    from wandb.proto import wandb_internal_pb2 as protocol

    log = next(Path("wandb").glob(f"*-{run.id}/*.wandb"))
    records = [
        protocol.Record.FromString(record) for record in runs._read_records(log.read_bytes())
    ]
    kinds = {record.WhichOneof("record_type") for record in records}
    assert {"run", "config", "summary", "exit"} <= kinds
    assert f"model-{run.id}".encode() in log.read_bytes()
    digest = json.loads(Path("data/prepared/manifest.json").read_text(encoding="utf-8"))["hash"]
    assert digest.encode() in log.read_bytes()


def test_runs_of_an_experiment_are_listed_and_tagged(run: runs.TrackedRun, settings: Any) -> None:
    assert run.id in [each.id for each in runs.list_runs(settings.experiment)]
    assert runs.list_runs("another") == []
    runs.tag(run.id, reproduced="yes")
    runs.tag(run.id, best="3")
    expected = {"parent": "search1", "reproduced": "yes", "best": "3"}
    assert runs.find(run.id).tags.items() >= expected.items()


def test_results_after_the_end_of_a_run_belong_to_it_and_to_a_run_of_its_group(
    run: runs.TrackedRun,
) -> None:
    runs.add_results(run.id, {"test.score": 0.5})
    assert runs.find(run.id).metrics["test.score"] == 0.5
    sent = runs.list_runs(run.experiment)[-1]
    assert (sent.tags["parent"], sent.metrics["test.score"]) == (run.id, 0.5)


@pytest.mark.parametrize("name", ["nothing", "../x", "*", ""])
def test_an_unknown_run_is_named(run: runs.TrackedRun, name: str) -> None:
    assert run
    with pytest.raises(UserError, match="cannot be read from the tracker"):
        runs.find(name)


def test_a_missing_file_and_a_missing_folder_are_named(
    run: runs.TrackedRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UserError, match=r'"nothing\.json" of the run'):
        runs.fetch(run.id, "nothing.json", tmp_path)
    monkeypatch.setenv("WANDB_DIR", str(tmp_path / "none"))
    with pytest.raises(UserError, match="WANDB_DIR"):
        runs.find(run.id)


def test_a_log_that_was_cut_off_is_read_as_far_as_it_goes(
    run: runs.TrackedRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
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
    assert runs.list_runs(run.experiment) == []


def test_records_that_span_blocks_are_joined() -> None:
    kinds = {(True, True): 1, (True, False): 2, (False, False): 3, (False, True): 4}
    records = [bytes([n]) * size for n, size in enumerate([5, 32730, 0, 100_000, 32761, 9])]
    log = bytearray(runs.HEADER_SIZE)
    for record in records:
        rest, first, last = record, True, False
        while not last:
            if (left := runs.BLOCK_SIZE - len(log) % runs.BLOCK_SIZE) < runs.HEADER_SIZE:
                log += bytes(left)
                continue
            part, rest = rest[: left - runs.HEADER_SIZE], rest[left - runs.HEADER_SIZE :]
            last = not rest
            log += struct.pack("<IHB", 0, len(part), kinds[first, last]) + part
            first = False
    assert list(runs._read_records(bytes(log))) == records
    assert list(runs._read_records(bytes(log[:-1]))) == records[:-1]


def test_a_disk_that_is_full_during_a_run_is_one_line(tmp_path: Path) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    full = tracking.Run(SimpleNamespace(id="one", log=fail, save=fail, dir=str(tmp_path)))
    with pytest.raises(
        UserError, match=r'wandb" cannot keep runs \(.*No space.*\): free some space'
    ):
        full.log_metrics({"loss": 1.0}, step=1)
    with pytest.raises(UserError, match=r"No space.*\): free some space"):
        full.log_files(Path("config.yaml"))
