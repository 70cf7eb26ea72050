"""Reads a CSV file of any size in chunks, as csv_table.py reads a whole one.

What has to be known about the whole file is found in a first pass: its encoding and its separator,
the names of its columns, whether quotes enclose cells, and which columns have decimal commas.
"""

import bz2
import csv
import gzip
import io
import lzma
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from ..errors import UserError
from . import csv_text
from .chunks import TableChunk
from .csv_table import DECIMAL_COMMA, MISSING, MOST, UNNAMED, fit_names, number_names, write_point
from .csv_table import parse as parse_csv
from .csv_text import Scan
from .levels import CODE

if TYPE_CHECKING:
    import pandas as pd

OPENERS: dict[bytes, Any] = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\0": lzma.open}
HEAD = 4096  # bytes that tell the encoding and the kind of a file
MAX_CELL = 1 << 24  # characters; a longer one is a quote that is not closed
NAMES_TO_COMPARE = 100_000  # rows in which the first cells have to differ if they are names
NOT_UTF8 = re.compile("[\udc80-\udcff]")
COMMA_NUMBER = re.compile(DECIMAL_COMMA)


@dataclass
class FirstPass(Scan):
    """The header, and one record of each width; a Scan keeps all of them."""

    count: int = 0

    def add(self, line: int, cells: list[str]) -> bool:
        """Adds a record; returns False for a blank line and for the header."""
        had_header = bool(self.header)
        last = len(self.lines)
        if not super().add(line, cells) or not had_header:
            return False
        self.count += 1
        if len(cells) in self.widths[:last]:
            self.lines.pop()
            self.widths.pop()
        return True


class CsvStream:
    """The rows of a CSV file; raises UserError for one that is not a table."""

    def __init__(self, path: Path, types: Mapping[str, str]) -> None:
        """`types` are those of the training, by column (levels.py)."""
        self._path = path
        self._texts = {name for name, wanted in types.items() if wanted in ("text", CODE)}
        self._codes = {name for name, wanted in types.items() if wanted == CODE}
        self._types = types
        self._opener: Any = open
        self._encoding = self._find_encoding()
        with self._open() as lines:
            sample = csv_text.first_lines(lines)
        given = re.match(r"sep=(.)\r?\n", sample[0]) if sample else None
        self._skip = 1 if given else 0
        text = "\n".join(line.rstrip("\r\n") for line in sample)
        self._separator = given[1] if given else csv_text.find_separator(text)
        self._is_literal = False
        found = self._scan()
        self.columns, self._fits = self._name_columns(found)
        self._refuse_names_without_header(found)
        self._decimals = self._find_decimals() if self._separator != "," else set()

    def chunks(self, size: int) -> Iterator[tuple[int, Callable[[], TableChunk]]]:
        """Yields the number of rows of each chunk, and what reads them."""
        rows: list[list[str]] = []
        first = 1
        for cells in self._rows():
            rows.append(cells)
            if len(rows) == size:
                yield size, partial(self._read, rows, first)
                first += size
                rows = []
        if rows:
            yield len(rows), partial(self._read, rows, first)

    def _find_encoding(self) -> str:
        with self._path.open("rb") as file:
            start = file.read(HEAD)
        found = [OPENERS[magic] for magic in OPENERS if start.startswith(magic)]
        self._opener = found[0] if found else open
        with self._opener(self._path, "rb") as file:
            head: bytes = file.read(HEAD)
        csv_text.refuse_foreign(self._path, head)
        encoding = csv_text.find_encoding(head)
        return "utf-8-sig" if encoding == "utf-8" else encoding

    def _open(self) -> IO[str]:
        """The text of the file, with its line ends; bytes that are no UTF-8 are kept apart."""
        errors = "surrogateescape" if self._encoding == "utf-8-sig" else "strict"
        opened: IO[str] = self._opener(
            self._path, "rt", encoding=self._encoding, errors=errors, newline=""
        )
        return opened

    def _scan(self) -> FirstPass:
        """Reads all records once; decides whether quotes enclose cells."""
        csv.field_size_limit(MAX_CELL)
        found = FirstPass("", self._separator)
        swallowed = 0
        try:
            with self._open() as lines:
                self._skip_lines(lines)
                reader = csv.reader(lines, delimiter=self._separator, strict=True)
                begin = 1
                for cells in reader:
                    found.add(begin, cells)
                    is_long = reader.line_num > begin
                    if not swallowed and is_long and csv_text.are_rows(cells, found):
                        swallowed = begin
                    begin = reader.line_num + 1
        except csv.Error:
            self._is_literal = True
        if swallowed and self._separator != "\t" and not self._is_literal:
            raise UserError(f'"{self._path}": {csv_text.describe_swallowed(swallowed)}')
        if not swallowed and not self._is_literal:
            return found
        self._is_literal = True
        found = FirstPass("", self._separator)
        for number, cells in enumerate(self._records(), start=1):
            found.add(number, cells)
        return found

    def _skip_lines(self, lines: IO[str]) -> None:
        for _ in range(self._skip):
            next(lines)

    def _records(self) -> Iterator[list[str]]:
        """Yields the header and every row, without blank lines."""
        csv.field_size_limit(MAX_CELL)
        with self._open() as lines:
            self._skip_lines(lines)
            records: Iterator[list[str]]
            if self._is_literal:
                stripped = (line.rstrip("\r\n") for line in lines)
                split = csv_text.split_literally(stripped, self._separator)
                records = (cells for _, cells in split)
            else:
                records = csv.reader(lines, delimiter=self._separator, strict=True)
            for cells in records:
                if len(cells) >= 2 or "".join(cells).strip():
                    yield cells

    def _rows(self) -> Iterator[list[str]]:
        records = self._records()
        next(records, None)
        yield from records

    def _name_columns(self, found: FirstPass) -> tuple[list[str], set[int]]:
        """Returns the names, and how many cells a row may have.

        Where rows differ, those that have other cells than the header are rejected one by one.
        """
        if not found.header:
            hint = "a table needs a line with the names of its columns"
            raise UserError(f'"{self._path}": the file is empty: {hint}')
        try:
            names = fit_names(found, [], first_line=1)
        except UserError as error:
            width = len(found.header)
            if width not in found.widths:  # then it is not some rows that are wrong
                raise UserError(f'"{self._path}": {error}') from None
            return number_names([name.strip() for name in found.header], []), {width}
        return names, set(found.widths)

    def _refuse_names_without_header(self, found: FirstPass) -> None:
        """Raises UserError when the first cells, which no header names, are no names of rows."""
        is_wider = self._fits == {len(found.header) + 1}
        if not is_wider or found.has_empty_end:
            return
        seen: set[str] = set()
        for number, cells in enumerate(self._rows()):
            if cells[0] in seen:
                raise UserError(
                    f'"{self._path}": its rows have {len(cells)} cells, but the header names '
                    f"{len(found.header)} columns: name each column"
                )
            if number >= NAMES_TO_COMPARE:
                return
            seen.add(cells[0])

    def _find_decimals(self) -> set[str]:
        """Returns the columns in which numbers are written like 1,5 or 1.234,5."""
        wanted = [place for place, name in enumerate(self.columns) if name not in self._texts]
        values = dict.fromkeys(wanted, 0)
        numbers = dict.fromkeys(wanted, 0)
        commas = dict.fromkeys(wanted, 0)
        for cells in self._rows():
            for place in wanted:
                cell = cells[place] if place < len(cells) else ""
                if cell in MISSING:
                    continue
                values[place] += 1
                if COMMA_NUMBER.fullmatch(cell):
                    numbers[place] += 1
                    commas[place] += "," in cell
        decimals = set()
        for place in wanted:
            name = self.columns[place]
            is_number = self._types.get(name) == "number"
            if commas[place] and (is_number or numbers[place] >= MOST * values[place]):
                decimals.add(name)
        return decimals

    def _read(self, rows: Sequence[list[str]], first: int) -> TableChunk:
        """Returns rows with what pandas makes of their cells."""
        content = io.StringIO()
        writer = csv.writer(content, delimiter=self._separator, lineterminator="\n")
        writer.writerow(self.columns)
        numbers = []
        broken = {}
        for number, cells in enumerate(rows, start=first):
            problem = self._find_problem(cells)
            if problem:
                broken[number] = problem
                continue
            writer.writerow(cells[: len(self.columns)])
            numbers.append(number)
        scan = Scan(content.getvalue(), self._separator)
        as_text = [*self._texts, *self._decimals]
        missing = {name: [""] if name in self._codes else list(MISSING) for name in self.columns}
        table = parse_csv(
            scan,
            self.columns,
            dtype={name: str for name in as_text if name in self.columns},
            na_values=missing,
            keep_default_na=False,
            skip_blank_lines=False,
        )
        for name in self._decimals:
            table[name] = _convert(table[name])
        unnamed = [name for name in table.columns if name.startswith(UNNAMED)]
        unused = [name for name in unnamed if name not in self._types]
        return TableChunk(table.drop(columns=unused), numbers, broken)

    def _find_problem(self, cells: Sequence[str]) -> tuple[str, str] | None:
        """Returns why a row cannot be used, and what is wrong; None when it can."""
        count = len(cells)
        is_empty_end = count == len(self.columns) + 1 and not cells[-1].strip()
        if count not in self._fits and not is_empty_end:
            reason = f"it has another number of cells than the header, {len(self.columns)}"
            return reason, f"{count} cells"
        for cell in cells:
            if not cell.isascii() and NOT_UTF8.search(cell):
                shown = cell.encode("utf-8", "surrogateescape").decode("cp1252", "replace")
                return "it has a byte that is not UTF-8", shown
            if "\0" in cell:
                return "it has a NUL character", cell.replace("\0", " ")
        return None


def _convert(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Returns the values with decimal commas as numbers, the others as they are."""
    import pandas as pd

    text = column.dropna().astype(str)
    fits = text.str.fullmatch(DECIMAL_COMMA)
    plain = write_point(text[fits])
    found = column.astype(object)
    found[plain.index] = plain
    return pd.to_numeric(found) if fits.all() else found
