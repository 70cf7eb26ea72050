"""Parts of a batch: each is written whole or not at all, with equal bytes for equal rows."""

import csv
import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from ..errors import UserError
from ..files import load_json, save_json
from .rows import Row

Format = Literal["parquet", "csv"]
FORMATS: tuple[Format, ...] = ("parquet", "csv")
REJECT_COLUMNS = ("input_file", "input_row", "input_id", "reason", "value")
MAX_REASONS = 50  # different ones that are counted by name
OTHER = "other reasons"
UNFINISHED = ".unfinished"
TYPES = {bool: "bool", int: "int64", float: "double", type(None): "null"}  # others are texts


@dataclass(frozen=True)
class Part:
    """A finished part: how many rows, and why some were rejected."""

    rows: int
    predictions: int
    reasons: Mapping[str, int] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)  # name -> type
    cost_usd: float = 0.0


class PartFiles:
    """The files of one folder of predictions."""

    def __init__(self, folder: Path, output_format: Format) -> None:
        self.folder = folder
        self.format = output_format
        for name in ("predictions", "parts"):
            (folder / name).mkdir(exist_ok=True)

    def find(self, number: int) -> Part | None:
        """Returns a finished part; None when it is still to be made."""
        path = self._record(number)
        if not path.is_file():
            return None
        return Part(**load_json(path))

    def write(self, number: int, part: Part, table: "Table", rejects: Sequence[Row]) -> None:
        """Writes predictions, rejected rows, and last the record that says the part is there."""
        predictions = self.folder / "predictions" / f"part-{number:05}.{self.format}"
        with Whole(predictions) as path:
            table.write(path, self.format)
        if rejects:
            with Whole(self._rejects(number)) as path:
                write_csv(path, REJECT_COLUMNS, map(describe_reject, rejects))
        with Whole(self._record(number)) as path:
            save_json(path, vars(part))

    def write_rejects(self, count: int) -> Path | None:
        """Joins the rejected rows of all parts into one file; returns it where there are any."""
        target = self.folder / "rejects.csv"
        files = [self._rejects(number) for number in range(count)]
        files = [path for path in files if path.is_file()]
        if not files:
            return None
        with Whole(target) as path, path.open("w", encoding="utf-8", newline="") as joined:
            for number, part in enumerate(files):
                with part.open(encoding="utf-8", newline="") as lines:
                    header = next(lines)
                    if number == 0:
                        joined.write(header)
                    joined.writelines(lines)
        return target

    def _record(self, number: int) -> Path:
        return self.folder / "parts" / f"part-{number:05}.json"

    def _rejects(self, number: int) -> Path:
        return self.folder / "parts" / f"part-{number:05}.rejects.csv"


class Whole:
    """Gives a name to write to; the file has its own name only when all of it is on the disk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.unfinished = path.with_name(f"{path.name}{UNFINISHED}")

    def __enter__(self) -> Path:
        """Returns the path to write to."""
        return self.unfinished

    def __exit__(self, kind: object, *_: object) -> None:
        """Gives the file its name, or removes what was written."""
        if kind is not None:
            self.unfinished.unlink(missing_ok=True)
            return
        descriptor = os.open(self.unfinished, os.O_RDWR)
        with suppress(OSError):  # some file systems have no fsync
            os.fsync(descriptor)
        os.close(descriptor)
        self.unfinished.replace(self.path)


class Table:
    """The predictions of a part by column; each column has values of one type."""

    def __init__(self, columns: Mapping[str, str]) -> None:
        """`columns` are those of the parts before: their order and their types stay."""
        self.types = dict(columns)
        self.values: dict[str, list[Any]] = {name: [] for name in columns}
        self.count = 0

    def fill(self, columns: Mapping[str, list[Any]], count: int) -> None:
        """Sets the values of all `count` rows; a column that is left out has none."""
        self.count = count
        for name in [*self.values, *columns]:
            values = columns.get(name) or [None] * count
            self.types[name] = _find_type(name, values, self.types.get(name, "null"))
            if self.types[name] == "double":
                values = [None if value is None else float(value) for value in values]
            self.values[name] = values

    def write(self, path: Path, output_format: Format) -> None:
        """Writes the rows."""
        if output_format == "csv":
            rows = zip(*self.values.values(), strict=True)
            write_csv(path, list(self.values), rows)
            return
        import pyarrow as pa
        import pyarrow.parquet as pq

        schema = pa.schema([(name, self.types[name]) for name in self.values])
        arrays = [pa.array(self.values[name], type=schema.field(name).type) for name in self.values]
        pq.write_table(pa.Table.from_arrays(arrays, schema=schema), path, compression="zstd")


def _find_type(name: str, values: Sequence[Any], known: str) -> str:
    """Returns the type of a column in Arrow; raises UserError for values of different types."""
    found = {TYPES.get(kind, "string") for kind in set(map(type, values))}
    found = (found | {known}) - {"null"}
    if found == {"int64", "double"} and known != "int64":
        return "double"
    if len(found) > 1:
        raise UserError(
            f'the predictions have {" and ".join(sorted(found))} as "{name}": return values of '
            "one type from predict in predict.py"
        )
    return found.pop() if found else "null"


def make_columns(predictions: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Returns the values of predictions by column: `probabilities.yes`; lists as JSON."""
    names: dict[str, None] = {}
    for prediction in predictions:
        names.update(dict.fromkeys(prediction))
    columns: dict[str, list[Any]] = {}
    for name in names:
        values = [prediction.get(name) for prediction in predictions]
        kinds = set(map(type, values))
        if dict in kinds:
            inner = make_columns([value or {} for value in values])
            columns |= {f"{name}.{key}": inner[key] for key in inner}
        elif kinds & {list, tuple}:
            columns[name] = [json.dumps(value, ensure_ascii=False) for value in values]
        else:
            columns[name] = values
    return columns


def describe_reject(row: Row) -> tuple[Any, ...]:
    """Returns a rejected row for the file of rejects."""
    return (row.file, row.number, row.id, row.reason, row.detail)


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Writes a table as UTF-8."""
    with path.open("w", encoding="utf-8", newline="", errors="backslashreplace") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def count_reasons(rows: Iterable[Row]) -> dict[str, int]:
    """Returns how many rows were rejected for each reason."""
    counts: Counter[str] = Counter()
    for row in rows:
        is_known = row.reason in counts or len(counts) < MAX_REASONS
        counts[row.reason if is_known else OTHER] += 1
    return dict(sorted(counts.items()))
