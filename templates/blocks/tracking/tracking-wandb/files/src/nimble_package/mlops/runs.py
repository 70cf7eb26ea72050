"""Reads the runs that `tracking` wrote; no other module knows where the tracker keeps them.

A run is the folder wandb/*run-<time>-<id>/; its log run-<id>.wandb has records of W&B's protocol
in LevelDB's format: after a file header of seven bytes, fragments of (checksum, length, kind,
content) in blocks of 32 KiB; a fragment is a whole record (1) or its first (2), a middle (3) or
its last (4) part. W&B has no public reader for runs that were not synced.
"""

import json
import os
import re
import shutil
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from .config import flatten
from .errors import UserError
from .files import load_json, save_json
from .run_links import RunLinks
from .tracking import ADDRESS_VARIABLE, QUIET, open_run, place, project

BLOCK_SIZE = 32768
RESULTS = "results.json"  # metrics that a run got after its end
HEADER_SIZE = 7  # of the file, and of each fragment
WHOLE_RECORD, LAST_PART = 1, 4
NOT_SETTINGS = ("dataset", "tags")  # sections of W&B's config that are not of config.yaml


@dataclass(frozen=True)
class TrackedRun:
    """A run as the tracker keeps it."""

    id: str
    experiment: str
    started: datetime  # in UTC
    seconds: float | None  # None while it runs
    status: str  # finished, failed or running
    metrics: dict[str, float]  # the last value of each
    settings: dict[str, str]  # such as model.width: "16"
    tags: dict[str, str]  # parent, reproduces, and what `tag` set


@dataclass
class Log:
    """What the records of a run say."""

    run: Any = None
    exit: Any = None
    config: dict[str, Any] = field(default_factory=dict)
    summary: dict[str, Any] = field(default_factory=dict)


def find_address() -> str:
    """Returns the folder of the runs as every folder can reach it."""
    folder = place().resolve()
    if not folder.is_dir():
        raise UserError(
            f'"{folder}" is missing, so there is no run: "uv run poe train" makes one; set '
            f"{ADDRESS_VARIABLE} if the runs are elsewhere"
        )
    return str(folder)


def make_variables() -> dict[str, str]:
    """Returns the variables with which a process in another folder uses the same tracker."""
    return {ADDRESS_VARIABLE: str(Path(find_address()).parent)}


def find(run_id: str) -> TrackedRun:
    """Returns a run; raises UserError for an unknown id or a log that cannot be read."""
    return _read_run(_find_folder(run_id), run_id)


def list_runs(experiment: str) -> list[TrackedRun]:
    """Returns every run of the experiment, oldest first; none when it has none."""
    found = []
    for log in Path(find_address()).glob("*run-*/run-*.wandb"):
        try:
            run = _read_run(log.parent, log.stem.removeprefix("run-"))
        except UserError:
            continue  # killed before it said what it is
        if run.experiment == project(experiment):
            found.append(run)
    return sorted(found, key=lambda run: run.started)


def fetch(run_id: str, name: str, directory: Path) -> Path:
    """Copies the file or folder that was logged as `name` into the directory."""
    source = _find_folder(run_id) / "files" / name
    target = directory / name
    if not source.exists():
        raise UserError(
            f'"{name}" of the run "{run_id}" cannot be read from the tracker: '
            f'it is missing in "{source.parent}"'
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    else:
        shutil.copy(source, target)
    return target


def tag(run_id: str, **tags: str) -> None:
    """Sets tags of a run that exists."""
    path = _find_folder(run_id) / "files" / "tags.json"
    known = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    text = json.dumps({**known, **tags}, indent=2, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def add_results(run_id: str, metrics: Mapping[str, float], folder: Path | None = None) -> None:
    """Adds metrics, and the files of a folder, to a run that is over.

    W&B cannot write to an offline run again, so a run of the same group sends them.
    """
    known = find(run_id)
    files = _find_folder(run_id) / "files"
    path = files / RESULTS
    earlier = load_json(path) if path.is_file() else {}
    save_json(path, {**earlier, **metrics})
    name = f"results {run_id[:6]}"
    links = RunLinks(parent=run_id)
    settings = {"tags": {"parent": run_id}}
    with open_run(known.experiment, settings, links, name=name) as run:
        run.log_metrics(metrics)
        if folder:
            run.log_files(folder)


def _find_folder(run_id: str) -> Path:
    folder = Path(find_address())
    known = []
    if re.fullmatch(r"[\w-]+", run_id):
        known = list(folder.glob(f"*run-*-{run_id}"))
    if not known:
        raise UserError(
            f'the run "{run_id}" cannot be read from the tracker: it is missing in "{folder}"; '
            '"uv run poe ui" shows every run'
        )
    return known[0]


def _read_run(folder: Path, run_id: str) -> TrackedRun:
    log = _read_log(folder / f"run-{run_id}.wandb", run_id)
    tags_file = folder / "files" / "tags.json"
    tags = json.loads(tags_file.read_text(encoding="utf-8")) if tags_file.is_file() else {}
    results_file = folder / "files" / RESULTS
    results = load_json(results_file) if results_file.is_file() else {}
    sections = {key: part for key, part in log.config.items() if isinstance(part, dict)}
    status = "running"
    if log.exit is not None:
        status = "failed" if log.exit.exit_code else "finished"
    seconds = log.summary.get("seconds")
    return TrackedRun(
        id=run_id,
        experiment=log.run.project,
        started=datetime.fromtimestamp(log.run.start_time.ToNanoseconds() / 1e9, UTC),
        seconds=None if seconds is None else float(seconds),
        status=status,
        metrics={**_select_metrics(log.summary), **results},
        settings=_select_settings(log.config),
        tags={**sections.get("tags", {}), **tags},
    )


def _select_metrics(summary: Mapping[str, Any]) -> dict[str, float]:
    metrics = {}
    for key, value in summary.items():
        own = key in ("seconds", "step") or key.startswith("_")  # ours and W&B's
        if isinstance(value, int | float) and not own:
            metrics[key] = float(value)
    return metrics


def _select_settings(config: Mapping[str, Any]) -> dict[str, str]:
    settings = {}
    for section, part in config.items():
        if section in NOT_SETTINGS or section.startswith("_"):
            continue
        for key, value in flatten({section: part}).items():
            settings[key] = str(value)
    return settings


def _read_log(path: Path, run_id: str) -> Log:
    """Applies the records of a run in the order in which they were written."""
    for key, value in QUIET.items():
        os.environ.setdefault(key, value)
    protocol: Any = import_module("wandb.proto.wandb_internal_pb2")
    log = Log()
    try:
        for content in _read_records(path.read_bytes()):
            record = protocol.Record.FromString(content)
            kind = record.WhichOneof("record_type")
            if kind == "run":
                log.run = record.run
                _update(log.config, record.run.config.update)
            elif kind == "config":
                _update(log.config, record.config.update)
            elif kind == "summary":
                _update(log.summary, record.summary.update)
            elif kind == "exit":
                log.exit = record.exit
    except Exception as error:  # of the operating system, or of the protocol
        raise UserError(f'the run "{run_id}" cannot be read from {path}: {error}') from None
    if log.run is None:
        raise UserError(f'the run "{run_id}" is cut off: {path} does not say what it is')
    return log


def _read_records(content: bytes) -> Iterator[bytes]:
    """Whole records; what was cut off at the end of a log is left out."""
    position = HEADER_SIZE
    record = b""
    while position + HEADER_SIZE <= len(content):
        left = BLOCK_SIZE - position % BLOCK_SIZE
        if left < HEADER_SIZE:  # the rest of a block is padding
            position += left
            continue
        header = content[position : position + HEADER_SIZE]
        _, length, kind = struct.unpack("<IHB", header)
        position += HEADER_SIZE
        part = content[position : position + length]
        position += length
        if len(part) < length:
            return
        record += part
        if kind in (WHOLE_RECORD, LAST_PART):
            yield record
            record = b""


def _update(values: dict[str, Any], items: Iterable[Any]) -> None:
    """Applies the changes of one record; a nested key changes the inside of a value."""
    for item in items:
        keys = list(item.nested_key) or [item.key]
        inner = values
        for key in keys[:-1]:
            inner = inner.setdefault(key, {})
        inner[keys[-1]] = json.loads(item.value_json)
