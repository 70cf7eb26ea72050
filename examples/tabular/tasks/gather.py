"""Gathers tasks/*.toml for poe; a task with `part_of = "check"` also joins that sequence."""

import tomllib
from pathlib import Path
from typing import Any


def tasks() -> dict[str, Any]:
    """All tasks of the folder, and the sequences built from those marked `part_of`."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(Path(__file__).parent.glob("*.toml")):
        found |= tomllib.loads(path.read_text(encoding="utf-8"))["tasks"]
    for name, task in sorted(found.items()):
        if whole := task.pop("part_of", None):
            found[whole].setdefault("sequence", []).append(name)
    return {"tasks": found}
