"""Reads the new data: whatever `poe predict` reads, and folders of it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .. import user_paths
from ..errors import UserError
from ..files import is_hidden

PARQUET = ".parquet"


def read_inputs(read: Any, model: Any, names: Sequence[str]) -> list[Any]:
    """Returns the inputs in files, folders and texts, by the function `read_inputs` of a project.

    Raises UserError when one cannot be read, as `poe predict` does.
    """
    found: list[str] = []
    for name in names:
        found += list_files(name)
    return [value for _, value in read(model, found)]


def list_files(name: str) -> list[str]:
    """Returns the files in a folder by name, or what was given when it is none.

    A folder of Parquet files is one table, which may be divided by folders.
    """
    folder = user_paths.find(name)
    try:
        if not folder.is_dir():
            return [name]
    except OSError:  # a text may be too long for a path
        return [name]
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    files = [path for path in paths if not _is_hidden(path, folder)]
    if not files:
        raise UserError(f'"{name}" has no files: name a folder with the new data')
    if all(path.suffix == PARQUET for path in files):
        return [str(folder.absolute())]
    return [str(path.absolute()) for path in files]


def _is_hidden(path: Path, folder: Path) -> bool:
    inner = path.relative_to(folder)
    return is_hidden(inner) or any(part.startswith("_") for part in inner.parts)
