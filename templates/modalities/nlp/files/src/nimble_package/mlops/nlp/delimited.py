"""Reads .csv and .tsv files so that no quote and no cell too many shifts or swallows rows."""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from ..errors import UserError

MAX_FIELD = 2**31 - 1  # characters; Python's own limit is 131,072
Record = tuple[int, list[str]]  # the line it begins in, its cells
TableRow = tuple[int, dict[Any, Any]]  # its line, its cells by column
Open = Callable[[], Iterator[str]]  # gives the lines with their ends, from the first one


def read_table(path: Path, text: str) -> Iterator[TableRow]:
    """Yields the rows of a file that was read; see `iterate_table`."""
    return iterate_table(path, partial(io.StringIO, text, newline=""))


def iterate_table(path: Path, open_lines: Open) -> Iterator[TableRow]:
    """Yields each row with its line; more cells than columns are below the column None.

    The lines are read more than once, and no more than one row is kept. Raises UserError for
    columns with one name, an open quote, and rows that all have more cells.
    """
    read_records = _find_reader(path, open_lines)
    _, head = next(read_records(), (0, []))
    names = [name.strip() for name in head]
    twice = [name for name, count in Counter(names).items() if name and count > 1]
    if twice:
        raise UserError(f'"{path}" has the column "{twice[0]}" more than once: rename one of them')
    _refuse_more_cells(path, len(names), islice(read_records(), 1, None))
    for line, cells in islice(read_records(), 1, None):
        row: dict[Any, Any] = dict.fromkeys(names)
        known = _cut_empty(cells, len(names))
        row.update(zip(names, known, strict=False))
        if len(known) > len(names):
            row[None] = known[len(names) :]
        yield line, row


def _refuse_more_cells(path: Path, count: int, records: Iterator[Record]) -> None:
    rows = 0
    more = MAX_FIELD
    for _, cells in records:
        rows += 1
        more = min(more, len(_cut_empty(cells, count)) - count)
    if rows > 1 and more > 0:
        seen = f"every line has {more} cells more than the first one, {count}"
        hint = "name all columns in the first line (is the first column a row number?)"
        raise UserError(f'"{path}": {seen}: {hint}, or put texts in quotes')


def _cut_empty(cells: list[str], count: int) -> list[str]:
    """The cells without empty ones after the last column, as a comma at the end gives."""
    has_more = any(cell.strip() for cell in cells[count:])
    return cells if has_more else cells[:count]


def _find_reader(path: Path, open_lines: Open) -> Callable[[], Iterator[Record]]:
    """Returns what reads the records, by the delimiter of the first line."""
    first = next((line for line in open_lines() if line.strip()), "")
    unquoted = re.sub(r'"[^"]*"', "", first)
    delimiter = max(",;\t", key=unquoted.count)
    if path.suffix.lower() == ".tsv" and "\t" in unquoted:
        delimiter = "\t"
    count = first.count("\t")
    if delimiter == "\t" and all(line.count("\t") == count for line in _filled(open_lines)):
        return partial(_split_lines, open_lines)
    csv.field_size_limit(MAX_FIELD)
    return partial(_parse, path, open_lines, delimiter)


def _filled(open_lines: Open) -> Iterator[str]:
    return (line for line in open_lines() if line.strip())


def _split_lines(open_lines: Open) -> Iterator[Record]:
    """Cells between tabs, with quotes as letters: no quote can join lines."""
    for number, line in enumerate(open_lines(), start=1):
        if line.strip():
            cells = line.rstrip("\r\n").split("\t")
            yield number, [_unquote(cell) for cell in cells]


def _unquote(cell: str) -> str:
    inner = cell[1:-1].replace('""', "")
    if len(cell) > 1 and cell[0] == cell[-1] == '"' and '"' not in inner:
        return cell[1:-1].replace('""', '"')
    return cell


def _parse(path: Path, open_lines: Open, delimiter: str) -> Iterator[Record]:
    lines: list[str] = []  # of the record that is read

    def keep() -> Iterator[str]:
        for line in open_lines():
            lines.append(line)
            yield line

    start = 1
    try:
        for cells in csv.reader(keep(), delimiter=delimiter):
            if len(lines) > 1:
                _refuse_open_quote(path, lines, start, delimiter)
            if any(cell.strip() for cell in cells) or len(cells) > 1:
                yield start, cells
            start += len(lines)
            lines.clear()
    except csv.Error as error:
        raise UserError(f'"{path}" line {start} cannot be read: {error}') from None


def _refuse_open_quote(path: Path, lines: Sequence[str], start: int, delimiter: str) -> None:
    """A text of several lines has to end with a quote before a delimiter."""
    try:
        list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        hint = 'close it, or write "" for a quote that is part of a text in quotes'
        raise UserError(f'"{path}" line {start} has a quote that is not closed: {hint}') from None
