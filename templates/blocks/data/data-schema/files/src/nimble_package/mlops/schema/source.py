"""Which files the configured data comes from, and their hash."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..manifest import sha256
from . import SCHEMA

OURS = (SCHEMA, Path("data/prepared"))


@dataclass(frozen=True)
class Source:
    """What `data.source` names; `sha256` is empty where there are no files to hash."""

    name: str
    files: int
    bytes: int
    sha256: str


def places(config: Any) -> list[Path]:
    """The files and folders that the section `data` names, as far as they are there."""
    data = asdict(config.data)
    source = str(data["source"])
    if source == "builtin":
        return []
    if source.startswith("hf:"):
        return [path for path in [Path(source.removeprefix("hf:"))] if path.exists()]
    words = [source, *(value for value in data.values() if isinstance(value, str) and "/" in value)]
    return [path for path in dict.fromkeys(map(Path, words)) if path.exists()]


def identify(config: Any) -> Source:
    """The source as it is now; its name has every place, so another path is another source."""
    roots = places(config)
    names = [str(config.data.source), *(root.as_posix() for root in roots)]
    files = [file for root in roots for file in _files(root)]
    hashes = [f"{file.as_posix()} {sha256(file.read_bytes())}" for file in files]
    size = sum(file.stat().st_size for file in files)
    digest = sha256("\n".join(hashes).encode()) if files else ""
    return Source(" ".join(dict.fromkeys(names)), len(files), size, digest)


def _files(root: Path) -> Iterator[Path]:
    """Every file below, in the order of names; hidden ones and our own do not count."""
    for path in sorted([root] if root.is_file() else root.rglob("*")):
        ours = any(path == own or own in path.parents for own in OURS)
        hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
        if path.is_file() and not ours and not hidden:
            yield path


def settings_of(config: Any) -> str:
    """Changes with every setting that can change what lies in data/prepared."""
    after = ("experiment", "model", "train", "augment", "evaluate", "runtime")
    before = {key: value for key, value in asdict(config).items() if key not in after}
    return sha256(repr((before, config.runtime.seed)).encode())
