"""Opens files with questions for a batch: lines of text, or the column "question"."""

import csv
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from ..batch.rows import find_files
from ..batch.text_lines import iterate_lines, iterate_raw_lines
from ..batch.text_sources import (
    Cells,
    Numbered,
    TextSource,
    read_json_rows,
    read_parquet_rows,
)
from ..errors import UserError

SUFFIXES = (".txt", ".csv", ".jsonl", ".parquet")
COLUMN = "question"


def open_files(names: Sequence[str], id_column: str | None) -> list[TextSource]:
    """Returns the files that are named and those in folders.

    Raises UserError for the first that is of another kind, has no rows or lacks the column.
    """
    wanted = [COLUMN] if id_column is None else [COLUMN, id_column]
    sources = []
    for name, path in find_files(names, SUFFIXES):
        suffix = path.suffix.lower()
        if suffix not in SUFFIXES:
            raise UserError(f'"{name}" is of another kind. Allowed: {", ".join(SUFFIXES)}')
        if suffix == ".jsonl":
            read_rows = partial(read_json_rows, path)
        elif suffix == ".parquet":
            read_rows = partial(read_parquet_rows, path, wanted)
        elif suffix == ".csv":
            read_rows = partial(_read_table, path)
        else:
            read_rows = partial(_read_lines, path)
        source = TextSource(name, path, read_rows, (COLUMN, id_column), find_question)
        source.check()
        sources.append(source)
    return sources


def _read_lines(path: Path) -> Iterator[Numbered]:
    for number, line in enumerate(iterate_lines(path), start=1):
        yield number, {COLUMN: line}, ""


def _read_table(path: Path) -> Iterator[Numbered]:
    """Yields the rows of a CSV file, with a comma, a semicolon or a tab between its cells."""
    first = next(iterate_lines(path), "")
    delimiter = max(",;\t", key=first.count)
    try:
        rows = csv.DictReader(iterate_raw_lines(path), delimiter=delimiter, strict=True)
        for number, cells in enumerate(rows, start=1):
            yield number, cells, ""
    except csv.Error as error:
        raise UserError(f'"{path}" cannot be read as a table: {error}') from None


def find_question(cells: Cells, column: str) -> tuple[str, str]:
    """Returns the question of a row, and why it cannot be used or ""."""
    value = cells[column]
    if not isinstance(value, str):
        return str(value), "is not a text"
    if any("\ud800" <= character <= "\udfff" for character in value):
        return value.encode("utf-8", "replace").decode(), "has a byte that is not UTF-8"
    return value, "" if value.strip() else "is empty"
