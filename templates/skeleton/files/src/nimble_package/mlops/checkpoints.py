"""What checkpoints were made from: `--resume` continues only the training that wrote them."""

import dataclasses
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .config import flatten
from .errors import UserError
from .file_lock import try_lock
from .files import load_json, save_json, sha256
from .step_key import compute_key

FILE = "made_from.json"
ADVICE = 'train without "--resume", or bring back what was there'
WITHOUT_EFFECT = ("experiment", "runtime.track", "evaluate.min_score")

log = logging.getLogger(__name__)


@contextmanager
def claim(folder: Path, own: Path, resume: bool) -> Iterator[Path]:
    """Yields the folder for the checkpoints of a training, `own` while another one uses `folder`.

    Raises UserError when that one would have to be resumed.
    """
    lock = folder.parent / f".{folder.name}.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w", encoding="utf-8") as file:
        if try_lock(file):
            yield folder
            return
    if resume:
        hint = 'wait for its end, or train without "--resume"'
        raise UserError(f"another training is writing {_name(folder)}: {hint}")
    message = "Another training is writing %s: this one keeps its own, and cannot be resumed."
    log.warning(message, _name(folder))
    yield own


def start(folder: Path, config: Any, data: Mapping[str, Any], resume: bool) -> None:
    """Prepares the folder of the checkpoints for a training on prepared `data`.

    A new training removes what is there. Raises UserError when a training would be resumed whose
    settings, data or code were others.
    """
    made_from = describe_inputs(config, data)
    path = folder / FILE
    found = [file for file in folder.glob("*") if file.is_file() and file != path]
    if resume and found:
        if not path.is_file():
            raise UserError(f"{_name(folder)} do not say what they were made from: {ADVICE}")
        changes = find_changes(load_json(path), made_from)
        if changes:
            listed = "; ".join(changes)
            raise UserError(f"{_name(folder)} are of another training ({listed}): {ADVICE}")
        return
    for file in found:
        file.unlink(missing_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    save_json(path, made_from)


def describe_inputs(config: Any, data: Mapping[str, Any]) -> dict[str, Any]:
    """Returns settings by name, and hashes of data and code."""
    code = compute_key("train")
    return {
        "settings": _describe_settings(config),
        "data": data["hash"],
        "code": sha256(repr(code).encode()),
    }


def find_changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Returns what differs, a phrase each."""
    old = before["settings"]
    new = now["settings"]
    differing = [name for name in sorted({*old, *new}) if old.get(name) != new.get(name)]
    changes = [f"{name} was {old.get(name)} and is {new.get(name)}" for name in differing]
    if before["data"] != now["data"]:
        changes.append("the data has changed")
    if before["code"] != now["code"]:
        changes.append("the code or its packages have changed")
    return changes


def _describe_settings(config: Any) -> dict[str, str]:
    """Settings by name, as text, without those that change no training."""
    settings = flatten(dataclasses.asdict(config))
    return {name: str(value) for name, value in settings.items() if name not in WITHOUT_EFFECT}


def _name(folder: Path) -> str:
    return f'the checkpoints in "{folder.as_posix()}"'
