"""Reads back what `tracking` wrote: no other module knows where the tracker keeps its runs.

A run is the folder wandb/*run-<time>-<id>/; its log run-<id>.wandb holds records of W&B's protocol
in LevelDB's format: after seven bytes of head, pieces of (checksum, length, kind, content) in
blocks of 32 KiB, where a piece is whole (1) or the first (2), a middle (3) or the last (4) one.
"""

import json
import os
import re
import shutil
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from .settings import UserError
from .tracking import PLACE, QUIET, place, project

BLOCK, HEAD = 32768, 7
OTHERS = ("dataset", "tags")  # of the config, not settings of config.yaml


@dataclass(frozen=True)
class Stored:
    """A run as the tracker keeps it."""

    id: str
    experiment: str
    started: datetime  # in UTC
    seconds: float | None  # none while it runs
    status: str  # finished, failed or running
    metrics: dict[str, float]  # the last value of each
    settings: dict[str, str]  # such as model.width: "16"
    tags: dict[str, str]  # parent, reproduces, and what `tag` set


def address() -> str:
    """The folder of the runs as every folder can reach it."""
    where = place().resolve()
    if not where.is_dir():
        raise UserError(
            f'"{where}" is not there, so no run is: "uv run poe train" makes one; set WANDB_DIR '
            "if the runs are kept elsewhere"
        )
    return str(where)


def elsewhere() -> dict[str, str]:
    """The variables with which a process in another folder writes to the same tracker."""
    return {PLACE: str(Path(address()).parent)}


def find(run_id: str) -> Stored:
    """The run of that id; an unknown id or a log that cannot be read is a `UserError`."""
    return _read(_folder(run_id), run_id)


def stored(experiment: str) -> list[Stored]:
    """Every run of the experiment, oldest first; none where it has none."""
    found = []
    for log in Path(address()).glob("*run-*/run-*.wandb"):
        try:
            run = _read(log.parent, log.stem.removeprefix("run-"))
        except UserError:
            continue  # killed before it said what it is
        found += [run] if run.experiment == project(experiment) else []
    return sorted(found, key=lambda run: run.started)


def fetch(run_id: str, name: str, directory: Path) -> Path:
    """Brings the file that was logged as `name` into the directory."""
    source, target = _folder(run_id) / "files" / name, directory / name
    if not source.exists():
        raise UserError(
            f'"{name}" of the run "{run_id}" cannot be had from the tracker: '
            f"{source.parent} does not hold it"
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    else:
        shutil.copy(source, target)
    return target


def tag(run_id: str, **tags: str) -> None:
    """Writes tags at a run that exists."""
    path = _folder(run_id) / "files" / "tags.json"
    known = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    text = json.dumps({**known, **tags}, indent=2, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def _folder(run_id: str) -> Path:
    known = re.fullmatch(r"[\w-]+", run_id) and list(Path(address()).glob(f"*run-*-{run_id}"))
    if not known:
        raise UserError(
            f'the run "{run_id}" cannot be had from the tracker: {address()} does not hold it; '
            '"uv run poe ui" shows what is there'
        )
    return known[0]


def _read(folder: Path, run_id: str) -> Stored:
    """Goes through the records of a run in the order in which they were written."""
    for key, value in QUIET.items():
        os.environ.setdefault(key, value)
    protocol: Any = import_module("wandb.proto.wandb_internal_pb2")
    log, begun, ended = folder / f"run-{run_id}.wandb", None, None
    config: dict[str, Any] = {}
    summary: dict[str, Any] = {}
    try:
        for piece in _pieces(log.read_bytes()):
            record = protocol.Record.FromString(piece)
            kind = record.WhichOneof("record_type")
            if kind == "run":
                begun = record.run
                _update(config, begun.config.update)
            elif kind == "config":
                _update(config, record.config.update)
            elif kind == "summary":
                _update(summary, record.summary.update)
            elif kind == "exit":
                ended = record.exit
    except Exception as error:  # of the system, or of the protocol
        raise UserError(f'the run "{run_id}" cannot be read from {log}: {error}') from None
    if begun is None:
        raise UserError(f'the run "{run_id}" is cut off: {log} does not say what it is')
    later = folder / "files" / "tags.json"
    tags = json.loads(later.read_text(encoding="utf-8")) if later.is_file() else {}
    known = {key: part for key, part in config.items() if isinstance(part, dict)}
    numbers = {key: value for key, value in summary.items() if isinstance(value, int | float)}
    return Stored(
        id=run_id,
        experiment=begun.project,
        started=datetime.fromtimestamp(begun.start_time.ToNanoseconds() / 1e9, UTC),
        seconds=float(summary["seconds"]) if "seconds" in summary else None,
        status="running" if ended is None else "failed" if ended.exit_code else "finished",
        metrics={
            key: float(value)
            for key, value in numbers.items()
            if key not in ("seconds", "step") and not key.startswith("_")
        },
        settings={
            f"{section}.{key}": str(value)
            for section, part in known.items()
            for key, value in part.items()
            if section not in OTHERS and not section.startswith("_")
        },
        tags={**known.get("tags", {}), **tags},
    )


def _pieces(content: bytes) -> Iterator[bytes]:
    """Whole records; what was cut off at the end of a log is left out."""
    at, parts = HEAD, b""
    while at + HEAD <= len(content):
        if (left := BLOCK - at % BLOCK) < HEAD:
            at += left
            continue
        _, length, kind = struct.unpack("<IHB", content[at : at + HEAD])
        part = content[at + HEAD : at + HEAD + length]
        at += HEAD + length
        if len(part) < length:
            return
        parts += part
        if kind in (1, 4):
            yield parts
            parts = b""


def _update(known: dict[str, Any], items: Any) -> None:
    """One record's changes; a nested key changes the inside of a value."""
    for item in items:
        keys = list(item.nested_key) or [item.key]
        inner, value = known, json.loads(item.value_json)
        for key in keys[:-1]:
            inner = inner.setdefault(key, {})
        inner[keys[-1]] = value
