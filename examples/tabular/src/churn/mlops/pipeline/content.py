"""Files and folders: their hashes, and JSON that may be missing."""

import hashlib
from pathlib import Path
from typing import Any

from ..files import hash_file, load_json

MISSING = "missing"


def hash_path(path: Path) -> str:
    """Returns the SHA-256 of a file, or of the names and contents in a folder; or "missing"."""
    if path.is_file():
        return hash_file(path)
    if not path.is_dir():
        return MISSING
    digest = hashlib.sha256()
    for file in sorted(path.rglob("*")):
        if file.is_file():
            name = file.relative_to(path).as_posix()
            digest.update(f"{name}\0{hash_file(file)}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def read_json(path: Path) -> dict[str, Any]:
    """Returns the content of a file; nothing when it is missing or damaged."""
    try:
        content: dict[str, Any] = load_json(path)
    except (OSError, ValueError):
        return {}
    return content
