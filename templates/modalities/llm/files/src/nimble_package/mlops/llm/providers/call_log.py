"""reports/calls.jsonl: one line for every try, without keys."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Lock
from typing import Any

LOG = Path("reports/calls.jsonl")
MIN_KEY_LENGTH = 8  # a shorter value would remove parts of ordinary words

_LOCK = Lock()


def append(line: Mapping[str, Any]) -> None:
    """Adds a line."""
    text = remove_keys(json.dumps(line, ensure_ascii=False))
    LOG.parent.mkdir(parents=True, exist_ok=True)
    with _LOCK, LOG.open("a", encoding="utf-8", newline="\n") as file:
        file.write(text + "\n")


def read(path: Path) -> Iterator[dict[str, Any]]:
    """Returns the lines of a log."""
    for text in path.read_text(encoding="utf-8").split("\n"):
        if text:
            yield json.loads(text)


def remove_keys(text: str) -> str:
    """Returns the text without the value of any key of the environment."""
    for variable, value in os.environ.items():
        if variable.endswith("_KEY") and len(value) >= MIN_KEY_LENGTH:
            text = text.replace(value, f"<{variable}>")
    return text
