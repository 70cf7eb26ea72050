"""Finds the files that the configured data comes from, and hashes them."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..any_encoding import read_name
from ..configured_source import find_paths, get_name
from ..files import is_hidden, sha256
from ..project import PREPARED
from .schema_file import SCHEMA

WRITTEN_BY_US = (SCHEMA, PREPARED)
# Sections of config.yaml that are used after the data is prepared.
LATER_SECTIONS = ("experiment", "model", "train", "augment", "evaluate", "runtime")


@dataclass(frozen=True)
class Source:
    """The files that the section `data` of config.yaml names."""

    name: str  # has every path, so another path is another source
    files: int
    bytes: int
    sha256: str | None  # None: there are no files to hash


def identify(config: Any) -> Source:
    """Returns the source as it is now."""
    files = []
    for path in find_paths(config):
        files.extend(list_files(path))
    hashes = [f"{read_name(file.as_posix())} {sha256(file.read_bytes())}" for file in files]
    return Source(
        name=get_name(config),
        files=len(files),
        bytes=sum(file.stat().st_size for file in files),
        sha256=sha256("\n".join(hashes).encode()) if files else None,
    )


def list_files(root: Path) -> list[Path]:
    """Returns every file below `root` by name, without hidden files and those that we write."""
    entries = [root] if root.is_file() else sorted(root.rglob("*"))
    return [entry for entry in entries if entry.is_file() and not _is_ignored(entry, root)]


def _is_ignored(path: Path, root: Path) -> bool:
    return is_hidden(path.relative_to(root)) or any(
        path.is_relative_to(written) for written in WRITTEN_BY_US
    )


def hash_settings(config: Any) -> str:
    """Returns a hash of every setting that can change the prepared data."""
    sections = asdict(config)
    used = {name: values for name, values in sections.items() if name not in LATER_SECTIONS}
    return sha256(repr((used, config.runtime.seed)).encode())
