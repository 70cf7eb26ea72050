"""JSON files with stable bytes, and hashes."""

import hashlib
import json
from pathlib import Path
from typing import Any


def sha256(content: bytes) -> str:
    """Returns the SHA-256 of `content` in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def save_json(path: Path, value: Any) -> None:
    """Writes `value` so that equal values give equal bytes on every system.

    A value that cannot be written raises before the file is opened, so an old one stays whole.
    """
    text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    content = text.encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def load_json(path: Path) -> Any:
    """Returns the value in a JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))
