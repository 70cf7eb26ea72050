"""Reads texts from the rows of JSONL and Parquet files, one chunk after the other."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from ..errors import UserError, suggest
from .rows import Chunk, Row
from .text_lines import iterate_lines

Cells = Mapping[str, Any]
Numbered = tuple[int, Cells | None, str]  # the number of a row, its cells, or what is no row
FIRST_ROWS = 100  # in which the column has to be once
BATCH = 1000  # rows of a Parquet file that are read at once


@dataclass(frozen=True)
class TextSource:
    """A file with a text in each row."""

    name: str
    path: Path
    read_rows: Callable[[], Iterator[Numbered]]
    columns: tuple[str, str | None]  # of the text and, where it is asked for, of the id
    find_text: Callable[[Cells, str], tuple[str, str]]  # the text, and why it cannot be used or ""

    @property
    def files(self) -> Sequence[Path]:
        """The file."""
        return [self.path]

    def chunks(self, size: int) -> Iterator[Chunk]:
        """Yields all rows, `size` at a time."""
        rows = self.read_rows()
        while part := list(islice(rows, size)):
            yield Chunk(len(part), partial(self._read, part))

    def finish(self) -> None:
        """Nothing is left to say."""

    def check(self) -> None:
        """Raises UserError for a file without rows, or without the columns."""
        first = list(islice(self.read_rows(), FIRST_ROWS))
        if not first:
            raise UserError(f'"{self.name}" has no rows to predict for')
        found: dict[str, None] = {}
        for _, cells, _ in first:
            found.update(dict.fromkeys(cells or {}))
        for column in self.columns:
            if column is not None and found and column not in found:
                hint = suggest(column, found)
                raise UserError(f'"{self.name}" has no column "{column}". {hint}')

    def _read(self, part: Sequence[Numbered]) -> list[Row]:
        return [self._make_row(*numbered) for numbered in part]

    def _make_row(self, number: int, cells: Cells | None, line: str) -> Row:
        row = Row(self.name, number)
        if cells is None:
            return row.reject("it is not a JSON object", line)
        text_column, id_column = self.columns
        row_id = None if id_column is None else _write_id(cells.get(id_column))
        row = Row(self.name, number, id=row_id)
        if text_column not in cells:
            return row.reject(f'it has no "{text_column}"', line)
        text, problem = self.find_text(cells, text_column)
        if problem:
            return row.reject(f'"{text_column}" {problem}', text)
        return Row(self.name, number, text, row_id)


def _write_id(value: Any) -> str | None:
    return None if value is None else str(value)


def read_json_rows(path: Path) -> Iterator[Numbered]:
    """Yields the objects of a JSONL file; None for a line that has none."""
    for number, line in enumerate(iterate_lines(path), start=1):
        try:
            cells = json.loads(line)
        except (ValueError, RecursionError):
            cells = None
        yield number, cells if isinstance(cells, dict) else None, line


def read_parquet_rows(path: Path, columns: Sequence[str]) -> Iterator[Numbered]:
    """Yields the rows of a Parquet file, with these columns; raises UserError for another file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = 0
    try:
        with pq.ParquetFile(path, buffer_size=1 << 16, pre_buffer=False) as file:
            known = [name for name in columns if name in file.schema_arrow.names]
            for batch in file.iter_batches(BATCH, columns=known or None, use_threads=False):
                for cells in batch.to_pylist():
                    number += 1
                    yield number, cells, ""
    except (pa.ArrowException, OSError) as error:
        reason = " ".join(str(error).split())[:200]
        raise UserError(f'"{path}" cannot be read as a Parquet file: {reason}') from None
