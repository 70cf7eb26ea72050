"""What dvc.lock and *.dvc name: which files, how large, and whether they are here and there."""

import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ..settings import UserError
from . import dvc

LOCK, CACHE = Path("dvc.lock"), Path(".dvc/cache/files/md5")
MADE = '"uvx --from dvc==3.67.1 dvc repro" runs the pipeline and writes it'


@dataclass(frozen=True)
class State:
    """Files by path, with their bytes (a folder whose list is not here counts as one entry)."""

    sizes: dict[str, int]
    counts: dict[str, int]  # how many files an entry stands for: 1, or those of a folder
    absent: frozenset[str]  # not in the cache of this machine
    remote: frozenset[str]  # missing at the remote
    changed: frozenset[str]  # in the folder, but not as dvc.lock says
    gone: frozenset[str]  # not in the folder

    @property
    def outs(self) -> set[str]:
        """The files, and every folder above them."""
        parents = {above.as_posix() for path in self.sizes for above in Path(path).parents}
        return {*self.sizes, *parents}

    def words(self, paths: Collection[str]) -> str:
        """`3 files, 1.2 MB`."""
        count = sum(self.counts.get(path, 1) for path in paths)
        size = sum(self.sizes.get(path, 0) for path in paths)
        return f"{count:,} file{'' if count == 1 else 's'}, {amount(size)}"


def amount(size: float) -> str:
    """Bytes as people say them."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} B" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"


def names(paths: Iterable[str]) -> str:
    """The first three, and how many more."""
    known = sorted(paths)
    more = f" and {len(known) - 3:,} more" if len(known) > 3 else ""
    return ", ".join(f'"{path}"' for path in known[:3]) + more


def entries() -> list[dict[str, Any]]:
    """Every cached output: its path, md5, size, and nfiles for a folder."""
    found: list[dict[str, Any]] = []
    try:
        lock = yaml.safe_load(LOCK.read_text(encoding="utf-8")) if LOCK.is_file() else {}
        for stage in (lock.get("stages") or {}).values():
            found += stage.get("outs", [])
        for file in sorted(Path().glob("**/*.dvc")):
            if file.is_file() and not file.is_relative_to(".venv"):
                outs = yaml.safe_load(file.read_text(encoding="utf-8")).get("outs", [])
                found += [{**out, "path": str(file.parent / out["path"])} for out in outs]
    except (yaml.YAMLError, AttributeError, KeyError, TypeError, OSError) as error:
        why = " ".join(str(error).split())[:200]
        raise UserError(f'"{LOCK}" cannot be read ({why}): take it from git again') from None
    if not found:
        raise UserError(f'there is nothing to move: "{LOCK}" is not there; {MADE}')
    return [{**out, "path": Path(out["path"]).as_posix()} for out in found if "md5" in out]


def measure(out: dict[str, Any]) -> dict[str, int]:
    """Bytes of each file of an output, or of all of it where the folder's list is not here."""
    path, listed = str(out["path"]), CACHE / out["md5"][:2] / out["md5"][2:]
    if not out["md5"].endswith(".dir") or not listed.is_file():
        return {path: int(out.get("size", 0))}
    sizes = {}
    for item in json.loads(listed.read_text(encoding="utf-8")):
        name, held = f"{path}/{item['relpath']}", CACHE / item["md5"][:2] / item["md5"][2:]
        file = held if held.is_file() else Path(name)
        sizes[name] = file.stat().st_size if file.is_file() else 0
    if missing := [name for name, size in sizes.items() if not size]:  # known only in total
        rest = max(int(out.get("size", 0)) - sum(sizes.values()), 0)
        sizes |= dict.fromkeys(missing, rest // len(missing))
    return sizes


def unsaved(paths: Iterable[str]) -> frozenset[str]:
    """Those of which the cache holds no copy as they are now: whatever replaces them loses them."""

    def is_saved(file: Path) -> bool:
        md5 = hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest()
        return (CACHE / md5[:2] / md5[2:]).is_file()

    inside = {path: [Path(path), *Path(path).rglob("*")] for path in paths}
    return frozenset(
        path
        for path, files in inside.items()
        if not all(is_saved(file) for file in files if file.is_file())
    )


def look(url: str = "") -> State:
    """What is here, and with a URL what is there."""
    outs = entries()
    asked = ["--not-in-remote"] if url else []
    told = json.loads(dvc.run(url, "data", "status", "--json", "--granular", "--unchanged", *asked))
    uncommitted = told.get("uncommitted", {})
    groups = [told, uncommitted, told.get("committed", {})]
    listed = [paths for group in groups for paths in group.values() if isinstance(paths, list)]
    cached = {path.rstrip("/") for paths in listed for path in paths}  # git holds the others
    measured = {path: size for out in outs for path, size in measure(out).items()}
    sizes = {path: size for path, size in measured.items() if path in cached}
    folders = {out["path"]: out for out in outs if out["path"] in sizes and out.get("nfiles")}

    def known(paths: Iterable[str]) -> frozenset[str]:
        bare = {path.rstrip("/") for path in paths}
        return frozenset(path for path in sizes if path in bare)

    def lacking(key: str) -> frozenset[str]:
        return known(told.get(key, []))

    return State(
        sizes=sizes,
        counts={path: int(out["nfiles"]) for path, out in folders.items()},
        absent=lacking("not_in_cache"),
        remote=lacking("not_in_remote"),
        changed=known(uncommitted.get("modified", [])) | known(uncommitted.get("unknown", [])),
        gone=known(uncommitted.get("deleted", [])),
    )
