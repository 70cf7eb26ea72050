"""The files that dvc.lock and *.dvc name: how large they are, and where they are."""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ..errors import UserError
from . import dvc

LOCK = Path("dvc.lock")
CACHE = Path(".dvc/cache/files/md5")
REPRO = f'"uvx --from dvc=={dvc.VERSION} dvc repro" runs the pipeline and writes it'
MAX_NAMES = 3  # in a message
Out = Mapping[str, Any]  # path, md5, size, and nfiles for a folder


@dataclass(frozen=True)
class DataFiles:
    """Files by path; a folder whose list of files is not in the cache counts as one entry."""

    sizes: dict[str, int]  # bytes
    counts: dict[str, int]  # how many files an entry stands for: 1, or those of a folder
    not_in_cache: frozenset[str]  # of this machine
    not_in_remote: frozenset[str]
    not_in_folder: frozenset[str]
    changed: frozenset[str]  # in the folder, but not as dvc.lock says

    @property
    def paths(self) -> set[str]:
        """The files, and every folder above them."""
        paths = set(self.sizes)
        for path in self.sizes:
            paths.update(parent.as_posix() for parent in Path(path).parents)
        return paths

    def describe(self, paths: Collection[str]) -> str:
        """Returns `3 files, 1.2 MB`."""
        count = sum(self.counts.get(path, 1) for path in paths)
        size = sum(self.sizes.get(path, 0) for path in paths)
        return f"{count:,} file{'' if count == 1 else 's'}, {format_size(size)}"


def format_size(size: float) -> str:
    """Returns a number of bytes with a unit."""
    if size < 1000:
        return f"{size:.0f} B"
    for unit in ("kB", "MB", "GB"):
        size /= 1000
        if size < 1000:
            return f"{size:.1f} {unit}"
    return f"{size / 1000:.1f} TB"


def format_names(paths: Iterable[str]) -> str:
    """Returns the first names, and how many more there are."""
    names = sorted(paths)
    text = ", ".join(f'"{name}"' for name in names[:MAX_NAMES])
    if len(names) > MAX_NAMES:
        text += f" and {len(names) - MAX_NAMES:,} more"
    return text


def read_outs() -> list[Out]:
    """Returns every output that DVC keeps; raises UserError when there is none."""
    outs: list[dict[str, Any]] = []
    try:
        lock = yaml.safe_load(LOCK.read_text(encoding="utf-8")) if LOCK.is_file() else {}
        for stage in (lock.get("stages") or {}).values():
            outs += stage.get("outs", [])
        for file in sorted(Path().glob("**/*.dvc")):
            if file.is_file() and not file.is_relative_to(".venv"):
                content = yaml.safe_load(file.read_text(encoding="utf-8"))
                for out in content.get("outs", []):
                    outs.append({**out, "path": str(file.parent / out["path"])})
    except (yaml.YAMLError, AttributeError, KeyError, TypeError, OSError) as error:
        reason = " ".join(str(error).split())[:200]
        message = f'"{LOCK}" cannot be read ({reason}): restore it from git'
        raise UserError(message) from None
    if not outs:
        raise UserError(f'there is no data to move: "{LOCK}" is missing; {REPRO}')
    return [{**out, "path": Path(out["path"]).as_posix()} for out in outs if "md5" in out]


def measure(out: Out) -> dict[str, int]:
    """Returns the bytes of each file of an output, or of all of it without a list of its files."""
    path = str(out["path"])
    listing = find_cached(out["md5"])
    if not out["md5"].endswith(".dir") or not listing.is_file():
        return {path: int(out.get("size", 0))}
    sizes = {}
    for item in json.loads(listing.read_text(encoding="utf-8")):
        name = f"{path}/{item['relpath']}"
        cached = find_cached(item["md5"])
        file = cached if cached.is_file() else Path(name)
        sizes[name] = file.stat().st_size if file.is_file() else 0
    unknown = [name for name, size in sizes.items() if not size]
    if unknown:  # only their total is known
        rest = max(int(out.get("size", 0)) - sum(sizes.values()), 0)
        sizes.update(dict.fromkeys(unknown, rest // len(unknown)))
    return sizes


def find_cached(md5: str) -> Path:
    """Returns where the cache keeps content."""
    return CACHE / md5[:2] / md5[2:]


def find_unsaved(paths: Iterable[str]) -> frozenset[str]:
    """Returns the paths whose content is not in the cache: replacing them would lose it."""
    unsaved = set()
    for path in paths:
        for file in (Path(path), *Path(path).rglob("*")):
            if file.is_file() and not _is_cached(file):
                unsaved.add(path)
    return frozenset(unsaved)


def _is_cached(file: Path) -> bool:
    md5 = hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest()
    return find_cached(md5).is_file()


def inspect(url: str = "") -> DataFiles:
    """Asks DVC what is here, and with a URL what is at the remote."""
    outs = read_outs()
    flags = ["--not-in-remote"] if url else []
    command = ("data", "status", "--json", "--granular", "--unchanged", *flags)
    status = json.loads(dvc.run(url, *command))
    sizes = _measure_cached(outs, status)
    counts = {}
    for out in outs:
        if out["path"] in sizes and out.get("nfiles"):
            counts[str(out["path"])] = int(out["nfiles"])
    uncommitted = status.get("uncommitted", {})

    def select(*groups: Iterable[str]) -> frozenset[str]:
        named = {path.rstrip("/") for group in groups for path in group}
        return frozenset(path for path in sizes if path in named)

    return DataFiles(
        sizes=sizes,
        counts=counts,
        not_in_cache=select(status.get("not_in_cache", [])),
        not_in_remote=select(status.get("not_in_remote", [])),
        not_in_folder=select(uncommitted.get("deleted", [])),
        changed=select(uncommitted.get("modified", []), uncommitted.get("unknown", [])),
    )


def _measure_cached(outs: Iterable[Out], status: Mapping[str, Any]) -> dict[str, int]:
    """Bytes of the files that DVC keeps; git keeps the other outputs, such as metrics."""
    kept: set[str] = set()
    for group in (status, status.get("uncommitted", {}), status.get("committed", {})):
        for paths in group.values():
            if isinstance(paths, list):
                kept.update(path.rstrip("/") for path in paths)
    sizes: dict[str, int] = {}
    for out in outs:
        sizes.update(measure(out))
    return {path: size for path, size in sizes.items() if path in kept}
