"""Reads tables of any size in chunks, with the types of the training, decided once for a file."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from .. import user_paths
from ..batch.rows import Chunk, Row, find_files
from ..errors import UserError, suggest
from .chunks import TableChunk
from .csv_stream import CsvStream
from .json_stream import JsonStream
from .levels import CODE, print_unknown, to_levels
from .parquet_stream import ParquetStream, find_keys
from .table_files import cast, complete, find_wrong, is_parquet, known_types, read_errors

if TYPE_CHECKING:
    import pandas as pd

    from ...predict import Model

SUFFIXES = (".csv", ".tsv", ".txt", ".gz", ".bz2", ".xz", ".parquet", ".pq", ".jsonl", ".ndjson")
JSON_SUFFIXES = (".jsonl", ".ndjson")
AddColumns = Callable[["pd.DataFrame"], "pd.DataFrame"]
FIRST_ROWS = 5  # that are read before anything is predicted


class TableStream(Protocol):
    """A file with rows of which the types are known."""

    @property
    def columns(self) -> Sequence[str]:
        """The names of its columns."""

    def chunks(self, size: int) -> Iterator[tuple[int, Callable[[], TableChunk]]]:
        """Yields the number of rows of each chunk, and what reads them."""


@dataclass
class TableSource:
    """One file with rows to predict for."""

    name: str
    path: Path
    stream: TableStream
    types: Mapping[str, str]  # column -> number, bool, date, text or code (levels.py)
    model: "Model"
    id_column: str | None
    add_columns: AddColumns
    unknown: dict[str, list[str]] = field(default_factory=dict)  # values the model does not know
    known: set[str] = field(default_factory=set)  # columns with a value that it knows

    @property
    def files(self) -> Sequence[Path]:
        """The file."""
        return [self.path]

    def chunks(self, size: int) -> Iterator[Chunk]:
        """Yields all rows, `size` at a time."""
        with read_errors(self.name):
            for count, read in self.stream.chunks(size):
                yield Chunk(count, partial(self._read, read))

    def check(self) -> None:
        """Raises UserError for a file without rows, or without a column that the model needs."""
        if self.id_column is not None and self.id_column not in self.stream.columns:
            hint = suggest(self.id_column, self.stream.columns)
            raise UserError(f'"{self.name}" has no column "{self.id_column}". {hint}')
        with read_errors(self.name):
            first = next(iter(self.stream.chunks(FIRST_ROWS)), None)
            if first is None:
                raise UserError(f'"{self.name}" has no rows to predict for')
            _, read = first
            chunk = read()
            if len(chunk.table):
                table, _ = self._cast(chunk)
                if not list(self._complete_parts(table, chunk.numbers, {})):
                    self._complete(table)  # raises what is wrong with all of them

    def finish(self) -> None:
        """Prints which columns had no value that the model has a column for."""
        unknown = {
            name: values
            for name, values in self.unknown.items()
            if name not in self.known and values
        }
        print_unknown(self.name, unknown, self.model.categories)

    def _read(self, read: Callable[[], TableChunk]) -> list[Row]:
        chunk = read()
        ids = self._ids(chunk.table)
        table, wrong = self._cast(chunk)
        broken = {**chunk.broken, **wrong}
        rows: dict[int, Row] = {}
        for number, row_id in zip(chunk.numbers, ids, strict=True):
            rows[number] = Row(self.name, number, id=row_id)
        for numbers, completed in self._complete_parts(table, chunk.numbers, broken):
            self._note_unknown(completed)
            for column, kind in self.model.kinds.items():
                for number, found in _find_wrong(completed[column], kind, numbers).items():
                    broken.setdefault(number, found)
            values = completed.to_dict("records")
            for number, value in zip(numbers, values, strict=True):
                rows[number] = replace(rows[number], value=value)
        for number, (reason, detail) in broken.items():
            row = rows.get(number, Row(self.name, number))
            rows[number] = row.reject(reason, detail)
        return [rows[number] for number in sorted(rows)]

    def _complete_parts(
        self, table: "pd.DataFrame", numbers: Sequence[int], broken: dict[int, tuple[str, str]]
    ) -> Iterator[tuple[Sequence[int], "pd.DataFrame"]]:
        """Yields rows with added columns; a row for which that fails is added to `broken`."""
        if not len(table):
            return
        try:
            completed = self._complete(table)
        except UserError as error:
            if len(table) == 1:
                broken.setdefault(numbers[0], ("add_columns does not accept it", str(error)))
                return
            middle = len(table) // 2
            yield from self._complete_parts(table[:middle], numbers[:middle], broken)
            yield from self._complete_parts(table[middle:], numbers[middle:], broken)
            return
        yield numbers, completed

    def _cast(self, chunk: TableChunk) -> tuple["pd.DataFrame", dict[int, tuple[str, str]]]:
        """Returns the rows with the types of the training, and the rows with a wrong value."""
        table = chunk.table
        wrong: dict[int, tuple[str, str]] = {}
        for column, wanted in self.types.items():
            if column not in table.columns:
                continue
            values = table[column]
            if self.model.kinds.get(column) == wanted:
                wrong = {**_find_wrong(values, wanted, chunk.numbers), **wrong}
                is_wrong, _ = find_wrong(values, wanted)
                values = values.where(~is_wrong) if is_wrong.any() else values
            table[column] = cast(values, wanted, "")
        return table, wrong

    def _ids(self, table: "pd.DataFrame") -> list[str | None]:
        if self.id_column is None:
            return [None] * len(table)
        texts = to_levels(table[self.id_column])
        return [text if isinstance(text, str) else None for text in texts]

    def _complete(self, table: "pd.DataFrame") -> "pd.DataFrame":
        """Returns the table with added columns; raises UserError when one is missing."""
        return complete(self.name, table, self.model.kinds, self.add_columns)

    def _note_unknown(self, table: "pd.DataFrame") -> None:
        for name, known in self.model.categories.items():
            if name in self.known or not known:
                continue
            values = to_levels(table[name]).dropna()
            if values.isin(known).any():
                self.known.add(name)
                continue
            seen = self.unknown.setdefault(name, [])
            for value in values.unique()[:3]:
                if value not in seen and len(seen) < 3:
                    seen.append(value)


def _find_wrong(
    column: "pd.Series[Any]", kind: str, numbers: Sequence[int]
) -> dict[int, tuple[str, str]]:
    """Returns the reason and the value of each row that has a wrong one."""
    is_wrong, what = find_wrong(column, kind)
    found = {}
    for place in np.flatnonzero(is_wrong):
        reason = f'"{column.name}" is {what}'
        found[numbers[int(place)]] = (reason, str(column.iloc[place]))
    return found


def open_tables(
    model: "Model", names: Sequence[str], id_column: str | None, add_columns: AddColumns
) -> list[TableSource]:
    """Returns the files that are named and those in folders, each read once to know its types.

    Raises UserError for the first that is not a table, has no rows or lacks a column.
    """
    types = dict(known_types(model))
    if id_column is not None and id_column not in model.kinds:
        types[id_column] = CODE
    keys = _find_partitions(names)
    sources = []
    for name, path in find_files(names, SUFFIXES):
        with read_errors(name):
            stream = _open_stream(path, types, keys.get(path.resolve(), {}))
        source = TableSource(name, path, stream, types, model, id_column, add_columns)
        source.check()
        sources.append(source)
    return sources


def _find_partitions(names: Sequence[str]) -> dict[Path, dict[str, Any]]:
    keys: dict[Path, dict[str, Any]] = {}
    for name in names:
        path = user_paths.find(name)
        if path.is_dir() and any(path.rglob("*=*/*.parquet")):
            with read_errors(name):
                keys |= find_keys(path)
    return keys


def _open_stream(path: Path, types: Mapping[str, str], keys: Mapping[str, Any]) -> TableStream:
    if path.name.lower().endswith(JSON_SUFFIXES):
        return JsonStream(path, types)
    return ParquetStream(path, keys) if is_parquet(path) else CsvStream(path, types)
