"""Reads rows of text from files and from Hugging Face datasets."""

import csv
import io
import json
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..errors import UserError, suggest

SUFFIXES = (".csv", ".tsv", ".jsonl")
SAMPLES = "samples/docstrings.py"
Row = tuple[str, dict[str, Any]]  # where it is, for messages; its cells by column


def write_builtin() -> str:
    """Returns the file with the built-in texts, written first if it is missing."""
    return str(runpy.run_path(SAMPLES)["write"]())


def read(source: str) -> Iterator[Row]:
    """Yields the rows of a file, or of a Hugging Face dataset (hf:…)."""
    if source.startswith("hf:"):
        return _read_hub(source.removeprefix("hf:"))
    return read_file(Path(source))


def read_file(path: Path) -> Iterator[Row]:
    """Yields the rows of a .csv, .tsv or .jsonl file; raises UserError with the line."""
    if path.suffix not in SUFFIXES:
        allowed = ", ".join(SUFFIXES)
        raise UserError(f'"{path}" is not a {allowed} file, "builtin" or "hf:…"')
    text = _decode(path)
    line = 1
    try:
        if path.suffix == ".jsonl":
            for line, item in enumerate(text.split("\n"), start=1):
                if item.strip():
                    yield f'"{path}" line {line}', {**json.loads(item)}
        else:
            first_line = text.partition("\n")[0]
            delimiter = max(",;\t", key=first_line.count)
            table = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
            for row in table:
                line = table.line_num
                yield f'"{path}" line {line}', row
    except (ValueError, TypeError, csv.Error) as error:
        raise UserError(f'"{path}" line {line} cannot be read: {error}') from None


def _decode(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError:
        hint = "put it there, or change data.source"
        raise UserError(f'"{path}" cannot be read: {hint}') from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UserError(f'"{path}" line {line} is not UTF-8: save the file as UTF-8') from None


def _read_hub(source: str) -> Iterator[Row]:
    """The rows of a dataset, NAME@COMMIT or a folder, all splits together."""
    try:
        import datasets
    except ImportError:
        raise UserError('"hf:" needs one more package: run "uv sync --extra hf"') from None
    name, _, commit = source.partition("@")
    if not commit and not Path(name).is_dir():
        raise UserError(f'"hf:{name}" can change without notice: write hf:{name}@COMMIT')
    is_saved = (Path(name) / "dataset_dict.json").is_file()
    load = datasets.load_from_disk if is_saved else datasets.load_dataset
    options = {"revision": commit} if commit else {}
    for split, table in load(name, **options).items():
        for number, row in enumerate(table):
            yield f'"{name}" {split} row {number}', _name_classes(row, table.features)


def _name_classes(row: dict[str, Any], features: dict[str, Any]) -> dict[str, Any]:
    """The row with the names of its class labels instead of their numbers."""
    named = dict(row)
    for column, feature in features.items():
        if not hasattr(feature, "int2str"):
            continue
        number = row[column]
        is_missing = number is None or number == -1
        named[column] = None if is_missing else feature.int2str(number)
    return named


def get_cell(where: str, cells: dict[str, Any], name: str) -> str:
    """Returns the cell of one column as text, "" where it is empty."""
    if name not in cells:
        known = [column for column in cells if column]
        raise UserError(f'{where} has no column "{name}". {suggest(name, known)}')
    value = cells[name]
    return "" if value is None else str(value).strip()
