"""Gathers tasks/*.toml for poe: the tasks of each file, in the group that the file or task names.

A task with `part_of = "check"` also joins that sequence. poe hands `--help` to a command, but
would run a sequence: each gets an option of its own that prints its help.
"""

import tomllib
from pathlib import Path
from typing import Any

GROUPS = {  # in the order of `poe --help`
    "model": "Model",
    "data": "Data",
    "quality": "Quality",
    "infrastructure": "Infrastructure",
    "release": "Release",
    "operations": "Operations",
}
Tasks = dict[str, dict[str, Any]]


def tasks() -> dict[str, Any]:
    """Returns the tasks without a group, and the groups with theirs."""
    found: Tasks = {}
    for path in sorted(Path(__file__).parent.glob("*.toml")):
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        for name, task in content["tasks"].items():
            found[name] = {"group": content.get("group"), **task}
    join_sequences(found)
    found = {name: add_help(name, task) for name, task in found.items()}
    groups: dict[str, Tasks] = {name: {} for name in GROUPS}
    ungrouped: Tasks = {}
    for name, task in found.items():
        group = task.pop("group")
        target = ungrouped if group is None else groups[group]
        target[name] = task
    filled = {}
    for number, (name, members) in enumerate(groups.items()):
        if members:  # poe sorts groups by name
            filled[f"{number}-{name}"] = {"heading": GROUPS[name], "tasks": members}
    return {"tasks": ungrouped, "groups": filled}


def join_sequences(found: Tasks) -> None:
    """Appends each task with `part_of` to the sequence of the task that it names."""
    for name, task in sorted(found.items()):
        whole = task.pop("part_of", None)
        if whole is not None:
            found[whole].setdefault("sequence", []).append(name)


def add_help(name: str, task: dict[str, Any]) -> dict[str, Any]:
    """Returns a sequence that runs when it is not asked for its help; other tasks as they are."""
    if "sequence" not in task:
        return task
    outer = {key: task[key] for key in ("help", "group") if key in task}
    inner = {key: value for key, value in task.items() if key not in outer}
    option = {"name": "show_help", "options": ["-h", "--help"], "type": "boolean"}
    return {
        **outer,
        "args": [{**option, "help": "show this help and end"}],
        "control": {"expr": "bool([${show_help}])"},
        "switch": [{"case": "True", "cmd": f"poe -h {name}"}, {**inner, "verbosity": 0}],
        "verbosity": -1,  # the choice itself is not printed
    }
