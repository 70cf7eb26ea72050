"""Paths as the user types them: relative to the folder in which a command was started.

poe runs a task in the folder of the repository, and keeps where it was started in POE_PWD.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from .errors import UserError


def find(name: str) -> Path:
    """Returns the path of a file to read; one that is not there is sought in the repository."""
    path = resolve(name)
    is_there = os.path.exists(path)  # noqa: PTH110 - Path.exists fails for a name that is too long
    return path if is_there else Path(name)


def refuse_other_file(text: str, suffixes: Sequence[str]) -> None:
    """Raises UserError where a text is the name of a file that is not of these kinds."""
    is_file = os.path.isfile(find(text))  # noqa: PTH113 - Path.is_file fails for a long text
    if is_file:
        allowed = ", ".join(suffixes)
        raise UserError(f'"{text}" is a file of another kind. Allowed: {allowed}, or a text')


def resolve(name: str) -> Path:
    """Returns the path of a file to write."""
    return _started_in() / name


def _started_in() -> Path:
    repository = os.environ.get("POE_ROOT", "")
    started_in = os.environ.get("POE_PWD", "")
    here = Path.cwd()
    if not started_in or Path(repository).resolve() != here.resolve():
        return Path()
    return Path() if Path(started_in).resolve() == here.resolve() else Path(started_in)
