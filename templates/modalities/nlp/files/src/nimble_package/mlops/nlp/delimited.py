"""Reads .csv and .tsv files so that no quote and no cell too many shifts or swallows rows."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ..errors import UserError

MAX_FIELD = 2**31 - 1  # characters; Python's own limit is 131,072
Record = tuple[int, list[str]]  # the line it begins in, its cells
TableRow = tuple[int, dict[Any, Any]]  # its line, its cells by column


def read_table(path: Path, text: str) -> Iterator[TableRow]:
    """Yields each row with its line; more cells than columns are below the column None.

    Raises UserError for columns with one name, an open quote, and rows that all have more cells.
    """
    records = _read_records(path, text)
    if not records:
        return
    _, head = records[0]
    names = [name.strip() for name in head]
    twice = [name for name, count in Counter(names).items() if name and count > 1]
    if twice:
        raise UserError(f'"{path}" has the column "{twice[0]}" more than once: rename one of them')
    rows = [(line, _cut_empty(cells, len(names))) for line, cells in records[1:]]
    more = {len(cells) - len(names) for _, cells in rows}
    if len(rows) > 1 and min(more) > 0:
        seen = f"every line has {min(more)} cells more than the first one, {len(names)}"
        hint = "name all columns in the first line (is the first column a row number?)"
        raise UserError(f'"{path}": {seen}: {hint}, or put texts in quotes')
    for line, cells in rows:
        row: dict[Any, Any] = dict.fromkeys(names)
        row.update(zip(names, cells, strict=False))
        if len(cells) > len(names):
            row[None] = cells[len(names) :]
        yield line, row


def _cut_empty(cells: list[str], count: int) -> list[str]:
    """The cells without empty ones after the last column, as a comma at the end gives."""
    has_more = any(cell.strip() for cell in cells[count:])
    return cells if has_more else cells[:count]


def _read_records(path: Path, text: str) -> list[Record]:
    lines = list(io.StringIO(text, newline=""))
    first = next((line for line in lines if line.strip()), "")
    unquoted = re.sub(r'"[^"]*"', "", first)
    delimiter = max(",;\t", key=unquoted.count)
    if path.suffix.lower() == ".tsv" and "\t" in unquoted:
        delimiter = "\t"
    if delimiter == "\t":
        records = _split_lines(lines, first)
        if records:
            return records
    csv.field_size_limit(MAX_FIELD)
    return list(_parse(path, lines, delimiter))


def _split_lines(lines: Sequence[str], first: str) -> list[Record]:
    """Cells between tabs, with quotes as letters; nothing where a line has other cells."""
    count = first.count("\t")
    records = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        cells = line.rstrip("\r\n").split("\t")
        if len(cells) != count + 1:
            return []
        records.append((number, [_unquote(cell) for cell in cells]))
    return records


def _unquote(cell: str) -> str:
    inner = cell[1:-1].replace('""', "")
    if len(cell) > 1 and cell[0] == cell[-1] == '"' and '"' not in inner:
        return cell[1:-1].replace('""', '"')
    return cell


def _parse(path: Path, lines: Sequence[str], delimiter: str) -> Iterator[Record]:
    reader = csv.reader(lines, delimiter=delimiter)
    start = 1
    try:
        for cells in reader:
            end = reader.line_num
            if end > start:
                _refuse_open_quote(path, lines, start, end, delimiter)
            if any(cell.strip() for cell in cells) or len(cells) > 1:
                yield start, cells
            start = end + 1
    except csv.Error as error:
        raise UserError(f'"{path}" line {start} cannot be read: {error}') from None


def _refuse_open_quote(
    path: Path, lines: Sequence[str], start: int, end: int, delimiter: str
) -> None:
    """A text of several lines has to end with a quote before a delimiter."""
    try:
        list(csv.reader(lines[start - 1 : end], delimiter=delimiter, strict=True))
    except csv.Error:
        hint = 'close it, or write "" for a quote that is part of a text in quotes'
        raise UserError(f'"{path}" line {start} has a quote that is not closed: {hint}') from None
