"""Hashes of files and folders."""

import hashlib
from pathlib import Path

MISSING = "missing"
CHUNK = 1 << 20  # bytes that are read at once


def hash_path(path: Path) -> str:
    """Returns the SHA-256 of a file, or of the names and contents in a folder; or "missing"."""
    if path.is_file():
        return _hash_file(path)
    if not path.is_dir():
        return MISSING
    digest = hashlib.sha256()
    for file in sorted(path.rglob("*")):
        if file.is_file():
            name = file.relative_to(path).as_posix()
            digest.update(f"{name}\0{_hash_file(file)}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _hash_file(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def hash_mapping(values: dict[str, str]) -> str:
    """Returns one hash of names and their hashes."""
    lines = [f"{name}\0{value}\n" for name, value in sorted(values.items())]
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogateescape")).hexdigest()
