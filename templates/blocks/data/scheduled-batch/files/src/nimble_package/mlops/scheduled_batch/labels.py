"""`poe batch-labels FILE`: joins labels that arrived later to the predictions of `poe batch`.

A label belongs to the newest published prediction of its id. The metric of a day is over the
labels in the file, so a file has all labels of a day that are known.
"""

from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ...project import PROJECT
from ..command_line import run
from ..errors import UserError
from ..files import save_json
from . import alarms, checks, label_files, record, settings

DESCRIPTION = (
    "Join labels that arrived later to the predictions, and compute the metric of each day."
)
RESULT = record.FOLDER / "labels.json"
ARGUMENTS: dict[str, dict[str, Any]] = {
    "file": {"metavar": "FILE", "help": "CSV, TSV, JSONL or Parquet with an id and a label"},
    "--id-column": {"metavar": "NAME", "default": "id", "help": "in FILE (default: id)"},
    "--label-column": {"metavar": "NAME", "default": "label", "help": "in FILE (default: label)"},
    "--day": {"metavar": "DATE", "type": str, "help": "only predictions of this day in UTC"},
}
YES = ("1", "true", "yes")


@dataclass(frozen=True)
class DayMetric:
    """How good the predictions of a day were."""

    day: str
    metric: str
    value: float
    labels: int
    predictions: int


@dataclass(frozen=True)
class Prediction:
    """A published prediction that a label may belong to."""

    day: str
    value: Any
    is_number: bool


def main(argv: Sequence[str] | None = None) -> int:
    """Returns 0, 1 when the metric of a day is too low, 2 when no label can be joined."""
    return run("batch-labels", DESCRIPTION, join_labels, argv, ARGUMENTS)


def join_labels(arguments: Namespace) -> int:
    """Prints the metric of each day, writes labels.json, and opens or closes alarms."""
    wanted = settings.read()
    config = PROJECT.load_config(arguments.config, arguments.overrides)
    day = read_day(arguments.day)
    labels = label_files.read(arguments.file, arguments.id_column, arguments.label_column)
    predictions, counts = read_published(day)
    found = measure(labels, predictions, counts)
    if not found:
        example = next(iter(labels))
        known = next(iter(predictions))
        raise UserError(
            f'no label of "{arguments.file}" belongs to a prediction: it has ids such as '
            f'"{example}", and the predictions have ids such as "{known}"'
        )
    unknown = sum(key not in predictions for key in labels)
    if unknown:
        print(f"{unknown:,} of {len(labels):,} labels belong to no prediction.")
    save_json(RESULT, {"version": 1, "days": [asdict(one) for one in found]})
    failed = {}
    for one in found:
        text = f"{one.metric} {one.value:.4g} of {one.labels:,} labels"
        print(f"{one.day}: {text} ({one.predictions:,} predictions)")
        low = wanted.labels.min_score is not None and one.value < wanted.labels.min_score
        if low and one.labels >= wanted.labels.min_labels:
            limit = f"at least {wanted.labels.min_score:g} is required"
            failed[f"metric of {one.day}"] = f"{text}, {limit}"
    days = {f"metric of {one.day}" for one in found if one.labels >= wanted.labels.min_labels}
    alarms.update(config.experiment, failed, lambda name: name in days)
    return 1 if failed else 0


def read_day(text: str | None) -> str | None:
    """Returns a day as records have it."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise UserError(f'"--day {text}" is not a date: write it as 2026-11-28') from None


def read_published(day: str | None) -> tuple[dict[str, Prediction], dict[str, int]]:
    """Returns the newest prediction of each id, and how many predictions each day has."""
    predictions: dict[str, Prediction] = {}
    counts: dict[str, int] = {}
    for one in record.read_all():
        made = f"{one.started:%Y-%m-%d}"
        if not one.published or (day and made != day):
            continue
        folder = Path(one.folder)
        if not folder.is_dir():
            continue  # removed to make space
        for row in checks.read_predictions(folder):
            key = find_key(row)
            predictions[key] = Prediction(made, row.get(one.column), one.is_number)
            counts[made] = counts.get(made, 0) + 1
    if not predictions:
        when = f" on {day}" if day else ""
        raise UserError(f'nothing was published{when}: "uv run poe batch" makes predictions')
    return predictions, counts


def find_key(row: Mapping[str, Any]) -> str:
    """Returns the id of a prediction; raises UserError where rows have no name."""
    if row.get("input_row") not in (None, "") and "input_id" not in row:
        raise UserError(
            f'the predictions have no id: set "id" in {settings.FILE} to a column that names a '
            "row, and run the batch again"
        )
    return str(row.get("input_id") or row["input_file"])


def measure(
    labels: Mapping[str, str], predictions: Mapping[str, Prediction], counts: Mapping[str, int]
) -> list[DayMetric]:
    """Returns the metric of each day with a label."""
    by_day: dict[str, list[tuple[str, Prediction]]] = {}
    for key, label in labels.items():
        prediction = predictions.get(key)
        if prediction is not None:
            by_day.setdefault(prediction.day, []).append((label, prediction))
    return [make_metric(day, by_day[day], counts[day]) for day in sorted(by_day)]


def make_metric(day: str, pairs: Sequence[tuple[str, Prediction]], predictions: int) -> DayMetric:
    """Returns the metric of some labels and predictions."""
    if PROJECT.modality == "llm":
        name, scores = "share of right answers", [is_yes(label) for label, _ in pairs]
    elif all(prediction.is_number for _, prediction in pairs):
        name = "neg_mean_absolute_error"
        scores = [-measure_error(label, prediction) for label, prediction in pairs]
    else:
        name = "accuracy"
        scores = [float(label == str(prediction.value)) for label, prediction in pairs]
    return DayMetric(day, name, sum(scores) / len(scores), len(pairs), predictions)


def measure_error(label: str, prediction: Prediction) -> float:
    """Returns the absolute error; raises UserError for a label that is not a number."""
    try:
        return abs(float(label) - float(prediction.value))
    except ValueError:
        raise UserError(
            f'the label "{label}" is not a number, and numbers were predicted'
        ) from None


def is_yes(label: str) -> float:
    """Returns 1 for an answer that was judged right."""
    return float(label.strip().lower() in YES)


if __name__ == "__main__":
    raise SystemExit(main())
