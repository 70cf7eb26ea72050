"""The text of a CSV file: its encoding, its separator, and its cells by line."""

import bz2
import csv
import gzip
import io
import lzma
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import UserError

SEPARATORS = {"\t": "tab", ";": "semicolon", ",": "comma", "|": "vertical bar", " ": "space"}
SAMPLE = 50  # lines that the separator is found in
# Files are known by how they begin: a compressed one is often named .csv.
OPENERS = {
    b"\x1f\x8b": gzip.decompress,
    b"BZh": bz2.decompress,
    b"\xfd7zXZ\0": lzma.decompress,
}
FOREIGN = {
    b"PAR1": "is a Parquet file: set data.source to parquet",
    b"PK\x03\x04": "is an Excel workbook or a zip file, not a text: save the table as CSV",
    b"\xd0\xcf\x11\xe0": "is an Excel workbook, not a text: save the table as CSV",
    b"{": "is JSON, not a CSV file: save the table as CSV or Parquet",
    b"[{": "is JSON, not a CSV file: save the table as CSV or Parquet",
    b"<!": "is a web page, not a CSV file: download the table itself",
    b"<html": "is a web page, not a CSV file: download the table itself",
    b"<?xml": "is XML, not a CSV file: save the table as CSV",
    b"%PDF": "is a PDF, not a CSV file: save the table as CSV",
    b"SQLite format 3": "is an SQLite database, not a CSV file: save the table as CSV",
    b"\x28\xb5\x2f\xfd": "is compressed with Zstandard: decompress it, or compress it with gzip",
    b"version https://git-lfs": 'is a pointer of Git LFS, not the file: run "git lfs pull"',
}
MAX_CELL = 2**31 - 1  # the csv module stops at 131,072 characters by default


@dataclass
class Scan:
    """The header of a text, and what is known about each record after it."""

    content: str  # with the header
    separator: str
    header: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)  # that a record begins on
    widths: list[int] = field(default_factory=list)  # its number of cells
    has_empty_end: bool = True  # the last cell of each record that is wider than the header
    note: str = ""

    def add(self, line: int, cells: list[str]) -> bool:
        """Adds a record; returns False for a blank line."""
        if len(cells) < 2 and not "".join(cells).strip():
            return False
        if not self.header:
            self.header = cells
            return True
        self.lines.append(line)
        self.widths.append(len(cells))
        if len(cells) > len(self.header) and cells[-1].strip():
            self.has_empty_end = False
        return True


def decode(path: Path) -> str:
    """Returns the text of a file in UTF-8 or UTF-16; raises UserError for another content."""
    content = path.read_bytes()
    for start, decompress in OPENERS.items():
        if content.startswith(start):
            content = decompress(content)
    refuse_foreign(path, content)
    encoding = find_encoding(content)
    try:
        text = content.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        byte = content[error.start]
        raise UserError(
            f'"{path}" line {line}: the byte 0x{byte:02X} is not {encoding.upper()}: save the file '
            'as UTF-8 ("CSV UTF-8" in Excel)'
        ) from None
    zero = text.find("\0")
    if zero >= 0:
        line = text.count("\n", 0, zero) + 1
        raise UserError(f'"{path}" line {line} has a NUL character: take it out')
    return text if "\n" in text else text.replace("\r", "\n")


def refuse_foreign(path: Path, content: bytes) -> None:
    """Raises UserError for a file that begins as one of another kind."""
    for start, problem in FOREIGN.items():
        if content.startswith(start):
            raise UserError(f'"{path}" {problem}')


def find_encoding(content: bytes) -> str:
    """Returns the encoding that the first bytes of a file tell."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if content[1:2] == b"\0":
        return "utf-16-le"
    return "utf-16-be" if content[:1] == b"\0" else "utf-8"


def find_separator(text: str) -> str:
    """Returns the separator by which the first lines have as many cells as the header."""
    csv.field_size_limit(MAX_CELL)
    lines = first_lines(io.StringIO(text))
    best, most = ",", 1
    for separator in SEPARATORS:
        quoted = [len(cells) for cells in csv.reader(lines, delimiter=separator)]
        plain = [line.count(separator) + 1 for line in lines]  # a quote may not be closed
        for widths in (quoted, plain):
            width = widths[0] if widths else 0
            fitting = sum(found in (width, width + 1) for found in widths)
            is_regular = fitting >= 0.8 * len(widths)
            is_last_choice = separator == " " and most > 1
            if is_regular and width > most and not is_last_choice:
                best, most = separator, width
    return best


def first_lines(text: Iterable[str]) -> list[str]:
    """Returns the lines that the separator is found in."""
    lines = []
    for line in text:
        if line.strip():
            lines.append(line)
        if len(lines) == SAMPLE:
            break
    return lines


def scan(text: str, separator: str) -> Scan:
    """Returns where the records of a text are and how many cells they have.

    Raises UserError for a quote that seems to swallow lines of a file without tabs.
    """
    csv.field_size_limit(MAX_CELL)
    try:
        found = Scan(text, separator)
        swallowed = _scan_quoted(found)
    except csv.Error as error:
        swallowed = int(str(error).rpartition(" ")[2])
        return _scan_literally(text, separator, swallowed)
    if swallowed and separator == "\t":
        return _scan_literally(text, separator, swallowed)
    if swallowed:
        raise UserError(describe_swallowed(swallowed))
    return found


def describe_swallowed(line: int) -> str:
    """Returns that the quote in a line seems to enclose rows, and what to do."""
    return (
        f'line {line}: a quote (") opens a cell that goes over several lines, and each of them '
        "looks like a row of its own: close the quote, or write it twice"
    )


def _scan_quoted(found: Scan) -> int:
    """Fills in the records as RFC 4180 has them; returns the line of a quote that swallows rows.

    Raises csv.Error, which ends with a line, for a quote that no cell ends with.
    """
    source = io.StringIO(found.content, newline="")
    reader = csv.reader(source, delimiter=found.separator, strict=True)
    swallowed = 0
    begin = 1
    try:
        for cells in reader:
            found.add(begin, cells)
            if not swallowed and reader.line_num > begin and are_rows(cells, found):
                swallowed = begin
            begin = reader.line_num + 1
    except csv.Error as error:
        raise csv.Error(f"{error}, line {begin}") from None
    return swallowed


def are_rows(cells: list[str], found: Scan) -> bool:
    """Whether each line of a record over several lines has as many cells as the header."""
    width = len(found.header)
    lines = found.separator.join(cells).splitlines()
    if found.separator != "\t" and (width < 3 or len(lines) < 3):
        return False
    return width > 1 and all(line.count(found.separator) == width - 1 for line in lines)


def split_literally(lines: Iterable[str], separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yields the number and the cells of each line; quotes inside a cell are text."""
    cut = re.escape(separator)
    cell = re.compile(rf'"((?:[^"]|"")*)"(?={cut}|$)|([^{cut}]*)')
    for number, whole in enumerate(lines, start=1):
        row = whole.rstrip("\n")
        cells = []
        position = 0
        while position <= len(row):
            match = cell.match(row, position)
            if not match:
                break
            quoted, plain = match.groups()
            cells.append(plain if quoted is None else quoted.replace('""', '"'))
            position = match.end() + 1
        yield number, cells


def _scan_literally(text: str, separator: str, line: int) -> Scan:
    """Returns one record a line; a quote counts only where it opens and closes the same cell."""
    content = io.StringIO()
    writer = csv.writer(content, delimiter=separator, lineterminator="\n")
    found = Scan("", separator)
    for number, cells in split_literally(io.StringIO(text, newline=None), separator):
        if found.add(number, cells):
            writer.writerow(cells)
    found.content = content.getvalue()
    found.note = (
        f'line {line} has a quote (") that does not enclose a cell: quotes in cells are text'
    )
    return found
