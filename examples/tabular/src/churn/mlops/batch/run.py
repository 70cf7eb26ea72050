"""Predicts part by part: a run that was stopped continues with the first part that is missing."""

import logging
import math
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...adapters.batch import READER
from ...project import PROJECT
from ..errors import UserError
from ..file_lock import try_lock
from ..files import save_json
from ..progress import Progress
from ..project import MODEL
from . import job
from .model_version import ModelVersion, find_version
from .parts import Format, Part, PartFiles, Table, Whole, count_reasons, make_columns
from .predict import predict_rows
from .rows import Row, Source

log = logging.getLogger(__name__)
SUMMARY = "summary.json"
SPENDING = "spending.txt"  # USD of each call, for models that cost money


@dataclass(frozen=True)
class Options:
    """What the user asked for besides the inputs."""

    out: Path
    name: str  # the folder as the user wrote it
    format: Format = "parquet"
    part_rows: int = READER.part_rows
    id_column: str | None = None
    budget_usd: float | None = None


@dataclass
class Totals:
    """What all parts have together."""

    rows: int = 0
    predictions: int = 0
    reused: int = 0  # rows of parts that an earlier run finished
    parts: int = 0
    cost_usd: float = 0.0
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def rejects(self) -> int:
        """Rows without a prediction."""
        return self.rows - self.predictions

    def add(self, part: Part) -> None:
        """Adds a finished part."""
        self.rows += part.rows
        self.predictions += part.predictions
        self.cost_usd += part.cost_usd
        self.parts += 1
        self.reasons.update(part.reasons)


@dataclass(frozen=True)
class Result:
    """A finished batch."""

    totals: Totals
    version: ModelVersion
    rejects: Path | None
    seconds: float


def predict_files(names: Sequence[str], options: Options, directory: Path = MODEL) -> Result:
    """Predicts for all rows of the named files and folders, into `options.out`.

    Raises UserError for inputs that cannot be read at all, and for a folder of another job; then
    nothing was written.
    """
    start = time.monotonic()
    if READER.limit_cost is None and options.budget_usd is not None:
        raise UserError('"--budget" is for models that cost money with each call: leave it out')
    job.refuse_other_content(options.out, options.name)
    version = find_version(directory)
    model = PROJECT.load_model(directory)
    sources = READER.open_sources(model, names, options.id_column)
    _refuse_own_output(sources, options)
    settings = (options.format, options.part_rows, options.id_column)
    description = job.describe(version, sources, *settings)
    is_new = not options.out.exists()
    options.out.mkdir(parents=True, exist_ok=True)
    try:
        lock = (options.out / job.LOCK).open("w", encoding="utf-8")
    except OSError:
        if is_new:
            options.out.rmdir()
        raise
    with lock:
        if not try_lock(lock):
            raise UserError(
                f'another run writes to "--out {options.name}": wait until it has ended'
            )
        is_resumed = job.begin(options.out, options.name, description)
        totals = _predict_parts(model, sources, version, options, is_resumed)
        files = PartFiles(options.out, options.format)
        rejects = files.write_rejects(totals.parts)
        with Whole(options.out / SUMMARY) as path:
            save_json(path, _summarise(totals))
    return Result(totals, version, rejects, time.monotonic() - start)


def _predict_parts(
    model: Any,
    sources: Sequence[Source],
    version: ModelVersion,
    options: Options,
    is_resumed: bool,
) -> Totals:
    files = PartFiles(options.out, options.format)
    totals = Totals()
    if READER.limit_cost is not None:
        limit = math.inf if options.budget_usd is None else options.budget_usd
        READER.limit_cost(model, limit, options.out / SPENDING)
    columns = _first_columns(options)
    progress = Progress("Predicting rows")
    for number, (count, chunk_rows) in enumerate(_chunks(sources, options.part_rows)):
        part = files.find(number)
        if part is None:
            part = _make_part(model, chunk_rows(), columns, version, files, number)
        else:
            totals.reused += count
        if part.predictions:
            columns = dict(part.columns)
        totals.add(part)
        progress.report(totals.rows)
    progress.close()
    if is_resumed:
        done = "all of them" if totals.reused == totals.rows else f"{totals.reused:,}"
        log.info("An earlier run had finished %s of %s rows.", done, f"{totals.rows:,}")
    return totals


def _chunks(sources: Sequence[Source], size: int) -> Iterator[tuple[int, Any]]:
    for source in sources:
        for chunk in source.chunks(size):
            yield chunk.count, chunk.read
        source.finish()


def _first_columns(options: Options) -> dict[str, str]:
    """The columns of every part; without --id-column there is no id."""
    names = ["input_file", "input_row", "input_id", "model_version", "run_id"]
    if not options.id_column:
        names.remove("input_id")
    return {name: "int64" if name == "input_row" else "string" for name in names}


def _make_part(
    model: Any,
    rows: Sequence[Row],
    columns: Mapping[str, str],
    version: ModelVersion,
    files: PartFiles,
    number: int,
) -> Part:
    wanted = [row for row in rows if not row.reason]
    outcomes = iter(predict_rows(model, wanted, READER.batch_rows, READER.rejects_failures))
    rejects = []
    predicted: list[tuple[Row, dict[str, Any]]] = []
    for row in rows:
        if row.reason:
            rejects.append(row)
            continue
        outcome = next(outcomes)
        if isinstance(outcome, Exception):
            rejects.append(_reject_failure(row, outcome))
        else:
            predicted.append((row, outcome))
    table = Table(columns)
    cells = _make_cells(predicted, version)
    if "input_id" not in columns:
        del cells["input_id"]
    table.fill(cells, len(predicted))
    cost = sum(prediction.get("cost_usd", 0.0) for _, prediction in predicted)
    part = Part(len(rows), table.count, count_reasons(rejects), table.types, cost)
    files.write(number, part, table, rejects)
    return part


def _make_cells(
    predicted: Sequence[tuple[Row, dict[str, Any]]], version: ModelVersion
) -> dict[str, list[Any]]:
    """Returns where each row is, the model, and the prediction, by column."""
    count = len(predicted)
    return {
        "input_file": [row.file for row, _ in predicted],
        "input_row": [row.number for row, _ in predicted],
        "input_id": [row.id for row, _ in predicted],
        "model_version": [version.short] * count,
        "run_id": [version.run_id] * count,
        **make_columns([prediction for _, prediction in predicted]),
    }


def _reject_failure(row: Row, error: Exception) -> Row:
    if isinstance(error, UserError):
        return row.reject("the model refuses it", error)
    return row.reject(f"the prediction fails with {type(error).__name__}", error)


def _refuse_own_output(sources: Sequence[Source], options: Options) -> None:
    out = options.out.resolve()
    for source in sources:
        for path in source.files:
            if path.resolve().is_relative_to(out):
                raise UserError(
                    f'"{source.name}" is in "--out {options.name}": name a folder that holds no '
                    "inputs"
                )


def _summarise(totals: Totals) -> dict[str, Any]:
    return {
        "rows": totals.rows,
        "predictions": totals.predictions,
        "rejects": totals.rejects,
        "reasons": dict(sorted(totals.reasons.items())),
        "parts": totals.parts,
        "cost_usd": round(totals.cost_usd, 6),
    }
