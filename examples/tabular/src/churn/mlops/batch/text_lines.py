"""Reads the lines of a text file of any size, one after the other."""

from collections.abc import Iterator
from pathlib import Path

from ..errors import UserError
from ..text_encoding import find_encoding

HEAD = 2**16  # bytes that tell the encoding


def iterate_lines(path: Path) -> Iterator[str]:
    """Yields the lines that are not blank, without their ends; see `iterate_raw_lines`."""
    for line in iterate_raw_lines(path, newline=None):
        if line.strip():
            yield line.rstrip("\n")


def iterate_raw_lines(path: Path, newline: str | None = "") -> Iterator[str]:
    """Yields the lines with their ends as they are; `newline` as for `open`.

    A byte that is not of the encoding is kept as a lone surrogate, so that only its line is wrong.
    Raises UserError for a file that cannot be opened or is no text.
    """
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
        encoding = find_encoding(head, str(path))
        errors = "surrogateescape" if encoding.startswith("utf-8") else "strict"
        with path.open(encoding=encoding, errors=errors, newline=newline) as lines:
            yield from lines
    except UnicodeDecodeError:
        hint = f"it begins as {encoding.upper()} and has other bytes"
        raise UserError(f'"{path}" is damaged: {hint}: save it again as UTF-8') from None
    except OSError as error:
        raise UserError(f'"{path}" cannot be read ({error.strerror})') from None
