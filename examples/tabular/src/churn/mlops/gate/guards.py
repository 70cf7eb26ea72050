"""What a challenger has to keep besides being better: slices, other metrics, floors."""

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from ..errors import UserError, suggest
from ..project import BaselineScore, Evaluation
from .decision import Check
from .examples import select
from .paired import Paired, exceeds, pair, swap
from .settings import GUARD_ALPHA, SETTINGS, GateSettings

MAX_VALUES = 30  # of a column that has a slice for each value
PARTS = 3  # of a column of numbers with more values than that
ENOUGH_POWER = 0.9  # with which an equal model has to pass, or the guard cannot refuse
NO_VALUE = "(no value)"


def check_floors(
    challenger: Evaluation,
    settings: GateSettings,
    baselines: Mapping[str, BaselineScore],
    min_score: float,
    cases: Sequence[str] = (),
) -> list[Check]:
    """Returns whether the challenger reaches its minimum, its baselines and that of its cases."""
    metric = challenger.primary_metric
    score = challenger.metrics[metric]
    chosen = settings.floors.min_score
    minimum = min_score if chosen is None else chosen
    word = "reaches" if score >= minimum else "is below"
    sentence = f"its {metric} {score:.4f} {word} the minimum {minimum:g}"
    checks = [Check(name="minimum score", passed=score >= minimum, sentence=sentence)]
    if settings.floors.beat_baselines:
        checks.extend(_check_baselines(metric, score, baselines))
    checks.extend(_check_cases(challenger, settings.floors.cases, cases))
    return checks


def _check_baselines(
    metric: str, score: float, baselines: Mapping[str, BaselineScore]
) -> Iterator[Check]:
    for name, baseline in baselines.items():
        if math.isnan(baseline.score):
            continue
        passed = score > baseline.score
        word = "better" if passed else "no better"
        sentence = (
            f"it is {word} than {baseline.description}: "
            f"{metric} {score:.4f} against {baseline.score:.4f}"
        )
        yield Check(name=name, passed=passed, sentence=sentence)


def _check_cases(
    challenger: Evaluation, floors: Mapping[str, float], cases: Sequence[str]
) -> Iterator[Check]:
    """The floors of single examples, by their text or id."""
    if not floors:
        return
    if challenger.scores is None:
        raise UserError(
            f'"floors.cases" in {SETTINGS} needs a score for each example, which '
            f'"{challenger.primary_metric}" has not: remove it, or take another metric'
        )
    for case, minimum in floors.items():
        if case not in cases:
            hint = suggest(case, cases)
            raise UserError(f'"{case}" in {SETTINGS}, floors.cases, is not an example. {hint}')
        score = float(challenger.scores[cases.index(case)])
        word = "reaches" if score >= minimum else "is below"
        sentence = f'its score {score:.2f} of the case "{case}" {word} the minimum {minimum:g}'
        yield Check(name=f"case {case}", passed=score >= minimum, sentence=sentence)


def check_guards(
    paired: Paired,
    settings: GateSettings,
    metric_pairs: Mapping[str, tuple[Evaluation, Evaluation]],
) -> list[Check]:
    """Returns whether no guard became worse by more than the margin (non-inferiority)."""
    margin = settings.guards.margin
    checks = []
    for metric, (champion, challenger) in metric_pairs.items():
        checks.append(check_not_worse(f"metric {metric}", pair(champion, challenger), margin))
    for name, rows in _find_slices(paired, settings):
        if len(rows) < settings.guards.min_samples:
            sentence = f"{name} has {len(rows)} examples: too few to judge"
            checks.append(Check(name=name, passed=None, sentence=sentence))
            continue
        champion, challenger = (select(part, rows) for part in paired.evaluations)
        checks.append(check_not_worse(name, pair(champion, challenger), margin))
    return checks


def check_not_worse(name: str, paired: Paired, margin: float) -> Check:
    """Tests that the challenger is at most `margin` worse; too few examples cannot refuse."""
    if math.isnan(paired.difference):
        return Check(name=name, passed=None, sentence=f"{name} is undefined for these examples")
    difference = f"{paired.difference:+.4f}"
    if exceeds(paired, -margin, GUARD_ALPHA):
        sentence = f"{name} is not worse by {margin:g}: {difference}"
        return Check(name=name, passed=True, sentence=sentence)
    if exceeds(swap(paired), margin, GUARD_ALPHA):
        sentence = f"{name} is worse by more than {margin:g} (guards.margin): {difference}"
        return Check(name=name, passed=False, sentence=sentence)
    if not _can_see(paired, margin):
        sentence = (
            f"{name} has {paired.n} examples, too few to exclude a loss of {margin:g}: {difference}"
        )
        return Check(name=name, passed=None, sentence=sentence)
    sentence = f"{name} may be worse by {margin:g} (guards.margin): {difference}"
    return Check(name=name, passed=False, sentence=sentence)


def _can_see(paired: Paired, margin: float) -> bool:
    """Whether an equal model would pass with the power that a guard needs to refuse."""
    if paired.spread == 0.0:
        return True
    critical = stats.norm.isf(GUARD_ALPHA) + stats.norm.isf(1 - ENOUGH_POWER)
    return bool(margin >= critical * paired.standard_error)


def _find_slices(paired: Paired, settings: GateSettings) -> Iterator[tuple[str, NDArray[np.intp]]]:
    columns = paired.evaluations[1].slices
    for column in settings.guards.slices:
        if column not in columns:
            hint = suggest(column, columns)
            raise UserError(f'"{column}" in {SETTINGS}, guards.slices, is not a column. {hint}')
        labels = _label(columns[column])
        for label in sorted(set(labels)):
            rows = np.flatnonzero(np.array(labels, dtype=object) == label)
            yield f"slice {column}: {label}", rows


def _label(values: Sequence[object]) -> list[str]:
    """The slice of each example: its value, or the part of the range that a number is in."""
    texts = [NO_VALUE if value is None or value != value else str(value) for value in values]
    if len(set(texts)) <= MAX_VALUES:
        return texts
    try:
        numbers = np.array([math.nan if text == NO_VALUE else float(text) for text in texts])
    except ValueError:
        raise UserError(
            f"a column in {SETTINGS}, guards.slices, has {len(set(texts))} values: at most "
            f"{MAX_VALUES} are allowed, or numbers"
        ) from None
    edges = np.nanquantile(numbers, np.linspace(0, 1, PARTS + 1)[1:-1])
    labels = []
    for number in numbers:
        part = int(np.searchsorted(edges, number, side="right"))
        labels.append(NO_VALUE if math.isnan(number) else f"part {part + 1} of {PARTS}")
    return labels
