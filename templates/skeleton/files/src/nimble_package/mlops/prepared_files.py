"""The manifest of prepared data: what the data was made from, and whether it can be used again."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

from . import message_groups
from .errors import UserError
from .file_lock import hold
from .files import hash_file, is_hidden, load_json, save_json, sha256
from .progress import track
from .project import PREPARED
from .splits import hash_records
from .step_key import compute_key

MANIFEST = "manifest.json"
PLACES = "places.json"  # where each example of a split comes from
STEP = "data"  # the module of the team that prepares
MAX_PROBLEMS = 20  # that are printed

FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])
_held: set[Path] = set()  # folders that this process prepares or reads


def one_at_a_time(function: FunctionT) -> FunctionT:
    """Makes a function of config and folder wait while another process prepares that folder."""

    @wraps(function)
    def wait(config: Any, folder: Path = PREPARED) -> Any:
        with _hold_folder(folder.absolute()):
            return function(config, folder)

    return cast(FunctionT, wait)


@contextmanager
def _hold_folder(folder: Path) -> Iterator[None]:
    if folder in _held or not _can_write(folder.parent):
        yield
        return
    _held.add(folder)
    try:
        busy = f'Another command is preparing "{folder.name}": this one waits for it.'
        with hold(folder.parent / f".{folder.name}.lock", busy):
            yield
    finally:
        _held.discard(folder)


def _can_write(folder: Path) -> bool:
    """Whether a lock can be made there; prepared data can also be read where nothing is written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


def describe_inputs(settings: Any, sources: Iterable[Path]) -> dict[str, str]:
    """Returns a hash of each kind of input: settings, files, code, packages, splits.

    `settings` are those that change the prepared data, `sources` the files and folders it is read
    from. Code are all modules that data.py imports, packages the locked versions of theirs, splits
    what data/split.yaml keeps.
    """
    key = compute_key(STEP)
    files = track(list_files(sources), "Looking for changed files")
    contents = [(name, hash_file(path)) for name, path in files]
    return {
        "settings": sha256(repr(settings).encode()),
        "files": sha256(repr(contents).encode()),
        "code": sha256(repr(key["modules"]).encode()),
        "packages": sha256(repr(key["packages"]).encode()),
        "splits": hash_records(),
    }


def list_files(sources: Iterable[Path]) -> list[tuple[str, Path]]:
    """Returns every file of the sources with its name in its source; hidden files are left out.

    Raises OSError for a folder that cannot be read: rglob would leave out what is in it.
    """
    found = []
    for source in sources:
        if source.is_file():
            found.append((source.name, source))
        for path in sorted(source.rglob("*")):
            inner = path.relative_to(source)
            if is_hidden(inner):
                continue
            if path.is_dir():
                check_readable(path)
            if path.is_file():
                found.append((inner.as_posix(), path))
    return found


def check_readable(folder: Path) -> None:
    """Raises OSError for a folder whose files cannot be listed."""
    os.scandir(folder).close()


def find_hub_folder(source: str) -> list[Path]:
    """Returns the folder of hf:FOLDER; nothing for hf:NAME@COMMIT, whose commit is its version."""
    folder = Path(source.removeprefix("hf:"))
    return [folder] if folder.is_dir() else []


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """Returns the manifest of the prepared data in a folder; None when there is no whole one."""
    path = folder / MANIFEST
    if not path.is_file():
        return None
    try:
        manifest: dict[str, Any] = load_json(path)
    except ValueError:  # a preparation ended while it wrote it
        return None
    return manifest


def read_reusable(folder: Path, made_from: Mapping[str, str]) -> dict[str, Any] | None:
    """Returns the manifest of prepared data that was made from exactly this; None otherwise.

    Raises UserError when a file was changed since it was written: the hash of the data, which
    every run states, would no longer be right.
    """
    manifest = read_manifest(folder)
    if not manifest or manifest.get("made_from") != made_from:
        return None
    written: dict[str, str] = manifest.get("written", {})
    paths = {name: folder / name for name in written}
    if not all(path.is_file() for path in paths.values()):
        return None
    changed = [name for name, path in paths.items() if hash_file(path) != written[name]]
    if changed:
        names = ", ".join(f'"{(folder / name).as_posix()}"' for name in changed)
        raise UserError(
            f"changed by hand since it was written: {names}. Change the source or data.py instead, "
            f'and delete "{folder.as_posix()}": it is made again'
        )
    return manifest


def start_writing(folder: Path) -> None:
    """Takes the old manifest away: files of a preparation that is interrupted are never reused."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).unlink(missing_ok=True)


def write_manifest(folder: Path, manifest: dict[str, Any]) -> dict[str, Any]:
    """Writes the manifest, after all other files and data/split.yaml; returns it.

    It has a hash of each other file of the folder.
    """
    made_from = {**manifest["made_from"], "splits": hash_records()}
    files = sorted(list_files([folder]))
    written = {name: hash_file(path) for name, path in files if name != MANIFEST}
    complete = {**manifest, "made_from": made_from, "written": written}
    save_json(folder / MANIFEST, complete)
    return complete


def explain_reuse(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> str:
    """Returns a sentence: whether the manifest `after` is that of data that was reused, or why not.

    `before` is the manifest that the folder had.
    """
    made_from = after.get("made_from")
    if not before or not made_from:
        return "The data was prepared."
    known = before.get("made_from")
    if known == made_from:
        return "The prepared data was reused: nothing it was made from has changed."
    if not isinstance(known, Mapping):
        return "The data was prepared again: an older version had written it."
    changed = [kind for kind, digest in made_from.items() if known.get(kind) != digest]
    return f"The data was prepared again: changed since then: {', '.join(changed)}."


def shorten(problems: Sequence[str], count: int = MAX_PROBLEMS) -> str:
    """Returns the problems as lines; of many, the first of each kind, and how many more."""
    return "\n".join(message_groups.shorten(problems, count))


def save_places(folder: Path, places: Mapping[str, Sequence[str]]) -> None:
    """Writes the place of each example of each split in its source, such as "line 7"."""
    save_json(folder / PLACES, {split: list(names) for split, names in places.items()})


def read_places(folder: Path, split: str) -> list[str]:
    """Returns the place of each example of one split in its source."""
    places: list[str] = load_json(folder / PLACES)[split]
    return places
