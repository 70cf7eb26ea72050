"""What a batch reads: rows of files in chunks, each row with its input or with its problem."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from .. import user_paths
from ..errors import UserError
from ..files import is_hidden

log = logging.getLogger(__name__)
MAX_VALUE = 200  # characters of a rejected value that are kept


@dataclass(frozen=True)
class Row:
    """One input and where it is; a row with a `reason` is rejected."""

    file: str  # as the user named it
    number: int | None  # of the row in the file, from 1; None: the whole file is the input
    value: Any = None  # what PROJECT.predict takes
    id: str | None = None  # of the column that --id-column names
    reason: str = ""  # why it cannot be predicted, the same text for the same cause
    detail: str = ""  # the value that is wrong

    def reject(self, reason: str, detail: object = "") -> "Row":
        """Returns the row with why it cannot be predicted."""
        text = " ".join(str(detail).split())[:MAX_VALUE]
        return Row(self.file, self.number, None, self.id, reason, text)


@dataclass(frozen=True)
class Chunk:
    """Some rows of a source, which are read only when they are needed."""

    count: int
    read: Callable[[], list[Row]]


class Source(Protocol):
    """A file with rows, or files that are an input each."""

    @property
    def name(self) -> str:
        """What the user named."""

    @property
    def files(self) -> Sequence[Path]:
        """What it is read from."""

    def chunks(self, size: int) -> Iterator[Chunk]:
        """Yields all rows, `size` at a time."""

    def finish(self) -> None:
        """Prints what is only known after the last row."""


@dataclass(frozen=True)
class WholeFiles:
    """Files that are an input each: images, audio clips."""

    name: str
    paths: Sequence[tuple[str, Path]]  # name to print, file
    read_file: Callable[[str], Any]  # raises UserError where the file cannot be read

    @property
    def files(self) -> Sequence[Path]:
        """The files."""
        return [path for _, path in self.paths]

    def chunks(self, size: int) -> Iterator[Chunk]:
        """Yields the files, `size` at a time."""
        for start in range(0, len(self.paths), size):
            part = self.paths[start : start + size]
            yield Chunk(len(part), partial(self._read_part, part))

    def finish(self) -> None:
        """Nothing is left to say."""

    def _read_part(self, part: Sequence[tuple[str, Path]]) -> list[Row]:
        return [self._read(name, path) for name, path in part]

    def _read(self, name: str, path: Path) -> Row:
        row = Row(name, None)
        try:
            return Row(name, None, self.read_file(str(path)))
        except UserError as error:
            return row.reject("the file cannot be read", error)


def find_files(names: Sequence[str], suffixes: Sequence[str] = ()) -> list[tuple[str, Path]]:
    """Returns the files that are named, and those in folders, sorted; hidden ones are left out.

    With `suffixes`, a folder is searched for files of these kinds only.
    Raises UserError for what does not exist, a folder without files, and a file named twice.
    """
    found: list[tuple[str, Path]] = []
    for name in names:
        path = user_paths.find(name)
        if path.is_dir():
            base = name.rstrip("/\\")
            files = _list_folder(name, path, suffixes)
            found += [(f"{base}/{file.relative_to(path).as_posix()}", file) for file in files]
        elif path.is_file():
            found.append((name, path))
        else:
            raise UserError(f'"{name}" does not exist: check its name and its folder')
    seen: dict[Path, str] = {}
    for name, path in found:
        other = seen.get(path.resolve())
        if other is not None:
            raise UserError(f'"{name}" is an input twice, also as "{other}": name it once')
        seen[path.resolve()] = name
    return found


def _list_folder(name: str, folder: Path, suffixes: Sequence[str]) -> list[Path]:
    files: list[Path] = []
    others: list[Path] = []
    for path in sorted(folder.rglob("*")):
        inner = path.relative_to(folder)
        if not path.is_file() or is_hidden(inner):
            continue
        if suffixes and any(part.startswith("_") for part in inner.parts):
            continue  # other programs write _SUCCESS, _metadata
        is_wanted = not suffixes or path.name.lower().endswith(tuple(suffixes))
        (files if is_wanted else others).append(path)
    if not files:
        kinds = f" ({', '.join(suffixes)})" if suffixes else ""
        raise UserError(f'"{name}" has no files to predict for{kinds}: name another folder')
    if others:
        log.warning(
            '"%s" has %d files of another kind, such as "%s": they are not read.',
            *(name, len(others), others[0].name),
        )
    return files
