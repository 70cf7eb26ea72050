"""Divides the examples of an evaluation into slices and scores each of them."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import UserError, suggest
from ..project import Evaluation
from .settings import SETTINGS, AnalysisSettings

Masks = dict[str, NDArray[np.bool_]]  # name of a slice -> which examples are in it, shape (n,)
MAX_VALUES = 30  # of a column that has a slice for each value
NO_VALUE = "(no value)"
RESAMPLES = 200  # of the bootstrap


@dataclass(frozen=True)
class SliceScore:
    """The score of one slice."""

    column: str
    value: str
    samples: int
    score: float
    standard_error: float
    min_score: float | None  # None: the slice has too few examples to fail

    @property
    def name(self) -> str:
        """Column and value."""
        return f"{self.column}: {self.value}"

    @property
    def is_below(self) -> bool:
        """Whether the slice fails."""
        return self.min_score is not None and self.score < self.min_score


@dataclass(frozen=True)
class Gap:
    """The difference between the best and the worst value of a column."""

    size: float
    description: str


def score_slices(evaluation: Evaluation, settings: AnalysisSettings) -> list[SliceScore]:
    """Returns the scores of all slices that analysis.yaml names.

    Raises UserError when a column is unknown or no slice is large enough to fail.
    """
    found = []
    for column, how in settings.slices.items():
        values = get_column(evaluation.slices, column, "slices")
        min_score = settings.min_score if how.min_score is None else how.min_score
        for value, mask in divide(column, values, how.bins).items():
            rows = np.flatnonzero(mask)
            limit = min_score if len(rows) >= settings.min_samples else None
            found.append(_score_slice(column, value, evaluation, rows, limit))
    if all(part.min_score is None for part in found):
        raise UserError(
            f"no slice in {SETTINGS} has {settings.min_samples} examples and a defined "
            f"{evaluation.primary_metric}, so none can fail: lower min_samples or change columns"
        )
    return found


def _score_slice(
    column: str,
    value: str,
    evaluation: Evaluation,
    rows: NDArray[np.intp],
    min_score: float | None,
) -> SliceScore:
    score = evaluation.score_part(rows)
    return SliceScore(
        column=column,
        value=value,
        samples=len(rows),
        score=score,
        standard_error=_measure_standard_error(evaluation, rows),
        min_score=None if math.isnan(score) else min_score,
    )


def _measure_standard_error(evaluation: Evaluation, rows: NDArray[np.intp]) -> float:
    """Of a mean by its formula, of another metric by the bootstrap; NaN where it is undefined."""
    if evaluation.scores is not None:
        return float(evaluation.scores[rows].std()) / math.sqrt(len(rows))
    random = np.random.default_rng(0)
    scores = []
    for _ in range(RESAMPLES):
        resampled = random.choice(rows, len(rows))
        scores.append(evaluation.score_part(resampled))
    defined = [score for score in scores if not math.isnan(score)]
    return float(np.std(defined)) if defined else math.nan


def measure_gap(evaluation: Evaluation, settings: AnalysisSettings) -> Gap | None:
    """Returns the gap between the values of `group.column`, or None without such a column."""
    column = settings.group.column
    if not column:
        return None
    values = get_column(evaluation.slices, column, "group.column")
    means = []
    for value, mask in divide(column, values, bins=0).items():
        rows = np.flatnonzero(mask)
        score = evaluation.score_part(rows)
        if len(rows) >= settings.min_samples and not math.isnan(score):
            means.append((score, value))
    if len(means) < 2:
        raise UserError(
            f'"group.column" in {SETTINGS} is "{column}", which has {len(means)} values with '
            f"{settings.min_samples} examples: at least 2 are required"
        )
    worst_score, worst = min(means)
    best_score, best = max(means)
    description = f"{best} {best_score:.4f}, {worst} {worst_score:.4f}"
    return Gap(best_score - worst_score, description)


def get_column(columns: Mapping[str, Sequence[Any]], name: str, key: str) -> Sequence[Any]:
    """Returns a column by its name; `key` says where analysis.yaml names it."""
    if name not in columns:
        hint = suggest(name, columns)
        raise UserError(f'"{name}" in {SETTINGS}, {key}, is not a column. {hint}')
    return columns[name]


def divide(column: str, values: Sequence[Any], bins: int) -> Masks:
    """Returns the slices of a column that have examples; missing values are one slice."""
    texts = np.array(["" if is_missing(value) else str(value) for value in values], dtype=object)
    missing = texts == ""
    masks = divide_into_bins(column, texts, bins) if bins else divide_by_value(column, texts)
    if missing.any():
        masks[NO_VALUE] = missing
    return {name: mask for name, mask in masks.items() if mask.any()}


def is_missing(value: object) -> bool:
    """Whether a value is None or NaN."""
    return value is None or value != value


def divide_by_value(column: str, texts: NDArray[Any]) -> Masks:
    """Returns a slice for each value."""
    known = sorted(set(texts) - {""})
    if len(known) > MAX_VALUES:
        raise UserError(
            f'"{column}" in {SETTINGS} has {len(known)} values: '
            'take another column, or divide it with "bins: 3"'
        )
    return {value: texts == value for value in known}


def divide_into_bins(column: str, texts: NDArray[Any], bins: int) -> Masks:
    """Returns slices of numbers or dates with about the same number of examples."""
    numbers, write = parse_numbers(column, texts)
    quantiles = np.linspace(0, 1, bins + 1)
    edges = np.unique(np.nanquantile(numbers, quantiles))
    if len(edges) == 1:
        name = f"{write(edges[0])} to {write(edges[0])}"
        return {name: numbers == edges[0]}
    masks: Masks = {}
    for low, high in pairwise(edges):
        if high == edges[-1]:
            masks[f"{write(low)} to {write(high)}"] = (numbers >= low) & (numbers <= high)
        else:
            masks[f"{write(low)} to below {write(high)}"] = (numbers >= low) & (numbers < high)
    return masks


def parse_numbers(
    column: str, texts: NDArray[Any]
) -> tuple[NDArray[np.float64], Callable[[float], str]]:
    """Returns numbers, or dates as days, NaN where there is no value; and how to write one."""
    for read, write in ((float, _write_number), (_read_day, _write_day)):
        try:
            numbers = [read(text) if text else math.nan for text in texts]
        except ValueError:
            continue
        return np.array(numbers), write
    raise UserError(
        f'"{column}" in {SETTINGS} has neither numbers nor dates: remove "bins"',
    )


def _write_number(number: float) -> str:
    return f"{number:.4g}"


def _read_day(text: str) -> float:
    return float(datetime.fromisoformat(text).toordinal())


def _write_day(day: float) -> str:
    return date.fromordinal(int(day)).isoformat()
