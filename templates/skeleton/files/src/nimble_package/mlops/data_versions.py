"""Whether git or DVC keeps the files that the data is read from, so that others can get them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .files import is_hidden
from .git_output import read_git
from .prepared_files import list_files

DVC = "uvx --from dvc==3.67.1 dvc"


@dataclass(frozen=True)
class Unversioned:
    """A source that a clone does not have, and what to do about it."""

    source: Path
    problem: str  # a sentence that names the source and the command


def find_unversioned(sources: Iterable[Path]) -> list[Unversioned]:
    """Returns the sources that exist and that neither git nor DVC keeps.

    Nothing is known, so nothing is returned, outside of a git repository and without git.
    """
    if read_git("rev-parse", "--show-toplevel") is None:
        return []
    kept = find_dvc_paths()
    found = []
    for source in sources:
        problem = _find_problem(source, kept)
        if problem:
            found.append(Unversioned(source, problem))
    return found


def _find_problem(source: Path, kept: Sequence[Path]) -> str:
    name = source.as_posix()
    if not source.exists():
        return ""
    path = source.resolve()
    folder = Path.cwd().resolve()
    if not path.is_relative_to(folder):
        return f'"{name}" is outside of this repository: move it to data/raw, and name it there'
    path = path.relative_to(folder)
    if any(path.is_relative_to(known) for known in kept):
        return ""
    files = [file.resolve().relative_to(folder) for _, file in list_files([path])]
    outside = [file for file in files if not any(file.is_relative_to(known) for known in kept)]
    tracked = set((read_git("ls-files", "-z", "--", path.as_posix()) or "").split("\0"))
    missing = [file for file in outside if file.as_posix() not in tracked]
    if not missing:
        return ""
    command = f"{DVC} add {_quote(path.as_posix())}"
    example = f' ("{missing[0].as_posix()}")' if missing[0] != path else ""
    return f'"{name}" is in neither git nor DVC{example}: run "{command}", commit the .dvc file'


def find_dvc_paths() -> list[Path]:
    """Returns the files and folders that *.dvc files name, below this folder."""
    paths: list[Path] = []
    for file in sorted(Path().rglob("*.dvc")):
        if file.is_file() and not is_hidden(file):
            paths.extend(file.parent / out for out in _read_outs(file))
    return paths


def _read_outs(file: Path) -> list[str]:
    try:
        content: Any = yaml.safe_load(file.read_text(encoding="utf-8"))
        return [str(out["path"]) for out in content["outs"]]
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError):
        return []  # DVC says what is wrong with it


def _quote(name: str) -> str:
    return f"'{name}'" if " " in name else name
