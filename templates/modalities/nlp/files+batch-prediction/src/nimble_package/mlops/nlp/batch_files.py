"""Opens files with texts for a batch: files of any size, a row at a time."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from ..batch.rows import find_files
from ..batch.text_lines import iterate_raw_lines
from ..batch.text_sources import (
    Cells,
    Numbered,
    TextSource,
    read_json_rows,
    read_parquet_rows,
)
from ..errors import UserError
from .delimited import iterate_table
from .text_files import find_problem, get_cell

SUFFIXES = (".csv", ".tsv", ".jsonl", ".parquet")


def open_files(names: Sequence[str], column: str, id_column: str | None) -> list[TextSource]:
    """Returns the files that are named and those in folders.

    Raises UserError for the first that is of another kind, has no rows or lacks the column.
    """
    wanted = [column] if id_column is None else [column, id_column]
    sources = []
    for name, path in find_files(names, SUFFIXES):
        suffix = path.suffix.lower()
        if suffix not in SUFFIXES:
            raise UserError(f'"{name}" is of another kind. Allowed: {", ".join(SUFFIXES)}')
        if suffix == ".jsonl":
            read_rows = partial(read_json_rows, path)
        elif suffix == ".parquet":
            read_rows = partial(read_parquet_rows, path, wanted)
        else:
            read_rows = partial(_read_table, path)
        source = TextSource(name, path, read_rows, (column, id_column), find_text)
        source.check()
        sources.append(source)
    return sources


def _read_table(path: Path) -> Iterator[Numbered]:
    rows = iterate_table(path, partial(iterate_raw_lines, path))
    for number, (_, cells) in enumerate(rows, start=1):
        yield number, cells, ""


def find_text(cells: Cells, column: str) -> tuple[str, str]:
    """Returns the text of a row, and why it cannot be used or ""."""
    try:
        text = get_cell("the row", dict(cells), column)
    except UserError:
        return str(cells[column]), "is a list or an object: write a text or a number"
    if any("\udc80" <= character <= "\udcff" for character in text):
        return text.encode("utf-8", "replace").decode(), "has a byte that is not UTF-8"
    return text, find_problem(text)
