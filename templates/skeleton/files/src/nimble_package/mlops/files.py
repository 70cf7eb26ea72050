"""JSON files with stable bytes, files that are written whole, YAML, and hashes."""

import hashlib
import json
import os
import secrets
from pathlib import Path
from typing import Any

import yaml

try:
    from yaml import CSafeLoader as SafeLoader  # a schema of 2,000 columns takes seconds without C
except ImportError:  # PyYAML was built without libyaml
    from yaml import SafeLoader  # type: ignore[assignment]  # the same interface

WRITTEN_BY_WINDOWS = ("thumbs.db", "desktop.ini")


def sha256(content: bytes) -> str:
    """Returns the SHA-256 of `content` in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def hash_file(path: Path) -> str:
    """Returns the SHA-256 of a file of any size."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def hash_json(value: Any) -> str:
    """Returns the SHA-256 of a value that JSON can hold, whatever the order of its keys."""
    return sha256(json.dumps(value, sort_keys=True).encode())


def write_whole(path: Path, content: bytes) -> None:
    """Writes a file so that a reader finds the old or the new one, whatever happens."""
    unfinished = path.with_name(f"{path.name}.{secrets.token_hex(4)}.unfinished")
    try:
        with unfinished.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise


def to_json(value: Any) -> bytes:
    """Returns `value` as JSON: equal values give equal bytes on every system."""
    text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    return text.encode()


def save_json(path: Path, value: Any) -> None:
    """Writes `value` so that equal values give equal bytes on every system.

    A value that cannot be written raises before the file is opened, and a reader finds the old
    file or the new one.
    """
    content = to_json(value)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, content)


def is_hidden(path: Path) -> bool:
    """Whether a path below a folder is hidden, or a file that Windows writes into folders."""
    return any(part.startswith(".") or part.lower() in WRITTEN_BY_WINDOWS for part in path.parts)


def load_json(path: Path) -> Any:
    """Returns the value in a JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))


def parse_yaml(text: str) -> Any:
    """Returns the value of a text in YAML; raises yaml.YAMLError."""
    return yaml.load(text, Loader=SafeLoader)
