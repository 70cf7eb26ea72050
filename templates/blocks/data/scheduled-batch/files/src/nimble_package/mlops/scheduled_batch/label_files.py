"""Reads late labels: an id and a label on each row."""

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from .. import user_paths
from ..errors import UserError, suggest

KINDS = (".csv", ".tsv", ".jsonl", ".parquet")
SEPARATORS = ",;\t|"


def read(name: str, id_column: str, label_column: str) -> dict[str, str]:
    """Returns the label of each id; raises UserError for a file without them, or two of one id."""
    path = user_paths.find(name)
    if not path.is_file():
        raise UserError(f'"{name}" does not exist: name a file with labels')
    if path.suffix not in KINDS:
        raise UserError(f'"{name}" is a file of another kind. Allowed: {", ".join(KINDS)}')
    labels: dict[str, str] = {}
    try:
        for number, row in enumerate(read_rows(path), start=1):
            for column in (id_column, label_column):
                if column not in row:
                    known = suggest(column, [str(key) for key in row if key])
                    raise UserError(f'row {number} of "{name}" has no column "{column}". {known}')
            key, label = to_text(row[id_column]), to_text(row[label_column])
            if label == "":
                continue  # not known yet
            if labels.get(key, label) != label:
                raise UserError(
                    f'"{name}" has two labels for the id "{key}", "{labels[key]}" and "{label}" '
                    f"in row {number}: keep one"
                )
            labels[key] = label
    except (UnicodeDecodeError, ValueError, csv.Error) as error:
        reason = " ".join(str(error).split())[:200]
        raise UserError(f'"{name}" cannot be read: {reason}') from None
    if not labels:
        raise UserError(f'"{name}" has no label: write an id and a label on each row')
    return labels


def read_rows(path: Path) -> Iterator[Mapping[str, Any]]:
    """Yields each row as column -> value."""
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq

        yield from pq.read_table(path).to_pylist()
    elif path.suffix == ".jsonl":
        for line in path.read_text(encoding="utf-8-sig").splitlines():
            if line.strip():
                row = json.loads(line)
                yield row if isinstance(row, dict) else {}
    else:
        with path.open(encoding="utf-8-sig", newline="") as file:
            header = file.readline()
            file.seek(0)
            separator = max(SEPARATORS, key=header.count)
            yield from csv.DictReader(file, delimiter=separator)


def to_text(value: Any) -> str:
    """Returns a value as predictions have it: a number without a point where it is whole."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
