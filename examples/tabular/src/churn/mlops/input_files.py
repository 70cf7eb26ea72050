"""Reads the files that a prediction is asked for."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from . import user_paths
from .errors import UserError
from .prepared_files import shorten
from .progress import track

T = TypeVar("T")


def read_all(
    names: Sequence[str], what: str, read: Callable[[str, Path], T]
) -> list[tuple[str, T]]:
    """Returns each name with what `read` makes of its file; `what` is for the line of progress.

    Raises UserError with every file that cannot be read: then nothing is predicted.
    """
    found = []
    problems = []
    for name in track(names, what):
        try:
            path = user_paths.find(name)
            _refuse_missing(name, path)
            found.append((name, read(name, path)))
        except UserError as error:
            problems.append(str(error))
    if problems and len(names) == 1:
        raise UserError(problems[0])
    if problems:
        count = f"{len(problems)} of {len(names)} files"
        problems = [shorten(problems), f"Nothing was predicted: leave out or mend {count}."]
        raise UserError("\n".join(problems))
    return found


def _refuse_missing(name: str, path: Path) -> None:
    if not os.path.lexists(path):
        raise UserError(f'"{name}" does not exist: check its name and its folder')
