"""Reads the lines of a text file of any size, one after the other."""

from collections.abc import Iterator
from pathlib import Path

from ..errors import UserError
from ..text_encoding import MARKS

HEAD = 4  # bytes that tell the encoding


def iterate_lines(path: Path) -> Iterator[str]:
    """Yields the lines that are not blank, without their ends.

    A byte that is not of the encoding is kept as a lone surrogate, so that only its line is wrong.
    Raises UserError for a file that cannot be opened.
    """
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
        encoding = next((MARKS[mark] for mark in MARKS if head.startswith(mark)), "utf-8")
        errors = "surrogateescape" if encoding.startswith("utf-8") else "strict"
        with path.open(encoding=encoding, errors=errors, newline=None) as lines:
            for line in lines:
                if line.strip():
                    yield line.rstrip("\n")
    except UnicodeDecodeError:
        hint = f"it begins as {encoding.upper()} and has other bytes"
        raise UserError(f'"{path}" is damaged: {hint}: save it again as UTF-8') from None
    except OSError as error:
        raise UserError(f'"{path}" cannot be read ({error.strerror})') from None
