"""Reads rows of text from files and from Hugging Face datasets."""

import json
import runpy
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .. import user_paths
from ..errors import UserError, suggest
from ..prepared_files import shorten
from ..text_encoding import read_text
from .delimited import read_table

SUFFIXES = (".csv", ".tsv", ".jsonl")
SAMPLES = "samples/docstrings.py"
PUT_IT_THERE = "put it there, or change data.source"
Row = tuple[str, dict[str, Any]]  # where it is, for messages; its cells by column


def write_builtin() -> str:
    """Returns the file with the built-in texts, written first if it is missing."""
    return str(runpy.run_path(SAMPLES)["write"]())


def read(source: str) -> Iterator[Row]:
    """Yields the rows of a file, or of a Hugging Face dataset (hf:…)."""
    if source.startswith("hf:"):
        return _read_hub(source.removeprefix("hf:"))
    return read_file(Path(source), PUT_IT_THERE)


def read_file(path: Path, hint: str = "") -> Iterator[Row]:
    """Yields the rows of a .csv, .tsv or .jsonl file; raises UserError with the line.

    `hint` is what to do when the file cannot be opened.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        allowed = ", ".join(SUFFIXES)
        raise UserError(f'"{path}" is not a {allowed} file, "builtin" or "hf:…"')
    text = read_text(path, hint)
    rows = _read_json_lines(path, text) if suffix == ".jsonl" else read_table(path, text)
    is_empty = True
    for line, cells in rows:
        is_empty = False
        yield f'"{path}" line {line}', cells
    if is_empty:
        raise UserError(f'"{path}" has no rows: a text and a label on each line are required')


def _read_json_lines(path: Path, text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise UserError(f'"{path}" line {number} cannot be read: {error}') from None
        if not isinstance(item, dict):
            hint = 'write one object on each line, as {"text": "...", "label": "..."}'
            raise UserError(f'"{path}" line {number} is a {type(item).__name__}: {hint}')
        yield number, item


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
    if isinstance(value, list | dict):
        kind = "list" if isinstance(value, list) else "object"
        raise UserError(f'{where} has a {kind} as "{name}": write a text or a number')
    if isinstance(value, bool):
        return "true" if value else "false"  # as in JSON
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # 1.0 is the number 1
    is_missing = value is None or value != value  # NaN differs from itself
    return "" if is_missing else str(value).strip()


def find_problem(text: str) -> str:
    """Returns why a text cannot be used; "" when it can."""
    if all(unicodedata.category(character)[0] in "CZ" for character in text):
        return "has no text"
    if "\0" in text:
        return "has a NUL character: take it out"
    if any("\ud800" <= character <= "\udfff" for character in text):
        return "has half a character (a lone surrogate, as of an emoji that was cut): take it out"
    return ""


def read_entry(entry: str, column: str) -> list[str]:
    """Returns the texts that an argument of `poe predict` names: of a file, or itself.

    Raises UserError with every text that cannot be used.
    """
    if not entry.lower().endswith(SUFFIXES):
        user_paths.refuse_other_file(entry, SUFFIXES)
        found = [("the text", entry)]
    else:
        rows = read_file(user_paths.find(entry))
        found = [(where, get_cell(where, cells, column)) for where, cells in rows]
    problems = []
    for where, text in found:
        problem = find_problem(text)
        if problem:
            problems.append(f"{where} {problem}")
    if problems:
        raise UserError(shorten(problems))
    return [text for _, text in found]
