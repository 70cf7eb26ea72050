"""Reads a file with one JSON object on each line in chunks."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from ..batch.text_lines import iterate_lines
from ..errors import UserError
from .chunks import TableChunk
from .levels import CODE, to_levels
from .parquet_table import simplify

TEXTS = ("text", CODE, "bool")  # types whose values are compared as text


class JsonStream:
    """The rows of a JSONL file; a key of any row is a column, missing where a row lacks it."""

    def __init__(self, path: Path, types: Mapping[str, str]) -> None:
        """`types` are those of the training, by column (levels.py)."""
        self._path = path
        self._types = types
        names: dict[str, None] = {}
        for line in iterate_lines(path):
            names.update(dict.fromkeys(_read(line) or {}))
        self.columns = list(names)
        if not self.columns:
            hint = 'write one object on each line, as {"column": 1}'
            raise UserError(f'"{path}" has no rows: {hint}')

    def chunks(self, size: int) -> Iterator[tuple[int, Callable[[], TableChunk]]]:
        """Yields the number of rows of each chunk, and what reads them."""
        lines: list[str] = []
        first = 1
        for line in iterate_lines(self._path):
            lines.append(line)
            if len(lines) == size:
                yield size, partial(self._parse, lines, first)
                first += size
                lines = []
        if lines:
            yield len(lines), partial(self._parse, lines, first)

    def _parse(self, lines: Sequence[str], first: int) -> TableChunk:
        import pandas as pd

        rows, numbers, broken = [], [], {}
        for number, line in enumerate(lines, start=first):
            row = _read(line)
            if row is None:
                broken[number] = ("it is not a JSON object", line)
                continue
            rows.append(row)
            numbers.append(number)
        table = pd.DataFrame(rows, columns=self.columns, dtype=object)
        for name in self.columns:
            is_text = self._types.get(name) in TEXTS
            table[name] = to_levels(table[name]) if is_text else simplify(table[name], [])
        return TableChunk(table, numbers, broken)


def _read(line: str) -> dict[str, Any] | None:
    """Returns the object on a line; None when there is none."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None
