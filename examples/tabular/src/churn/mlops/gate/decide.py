"""Decides between two models by their evaluations on the same frozen examples; reads no files."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from ..project import BaselineScore, Evaluation
from . import guards, power
from .decision import Budget, Check, Comparison, Verdict
from .paired import Paired, find_lower_bound, find_p_value, is_better, is_worse, pair
from .power import Design
from .settings import WORSE_ALPHA, GateSettings

NEW_HOLDOUT = 'draw a new one with "uv run poe gate --freeze" in a reviewed commit'


def decide(
    champion: Evaluation | None,
    challenger: Evaluation,
    settings: GateSettings,
    budget: Budget,
    *,
    baselines: Mapping[str, BaselineScore] | None = None,
    min_score: float = 0.0,
    metric_pairs: Mapping[str, tuple[Evaluation, Evaluation]] | None = None,
    cases: Sequence[str] = (),
) -> Verdict:
    """Returns the verdict on a challenger; without a champion, floors and baselines decide.

    `budget` is that before this look. `metric_pairs` has champion and challenger by further
    metrics, for the guards; `cases` names the examples for the floors of single cases. Numbers
    of the holdout are in the verdict only when it is decided: what is shown week after week
    can be climbed, and would say nothing about other data after a while.
    """
    spent = explain_spent(budget)
    if spent:
        return Verdict(name="cannot tell", reason=spent)
    undefined = _refuse_undefined(champion, challenger)
    if undefined:
        return undefined
    floors = guards.check_floors(challenger, settings, baselines or {}, min_score, cases)
    if champion is None:
        return _decide_first(challenger, floors)
    paired = pair(champion, challenger)
    alpha = settings.primary.alpha_per_look
    if not paired.has_enough:
        return _decide_too_few(paired, settings)
    if is_better(paired, alpha):
        checks = [*floors, *guards.check_guards(paired, settings, metric_pairs or {})]
        return _decide_better(paired, settings, checks)
    if is_worse(paired, WORSE_ALPHA):
        comparison = describe(paired, settings, decided=True)
        reason = f"the challenger is worse: {_name_difference(paired)}"
        return Verdict(name="keep", reason=reason, comparison=comparison)
    return _decide_open(paired, settings)


def explain_spent(budget: Budget) -> str:
    """Returns why no look is left; "" while there is one."""
    planned = budget.looks_planned
    if budget.looks_used >= planned:
        return f"the {planned} looks at this holdout are spent: {NEW_HOLDOUT}"
    if budget.looks_this_year >= planned:
        return (
            f"the {planned} looks of these 52 weeks are spent, on more than one holdout: "
            "wait, or raise primary.looks_per_year of gate.yaml in a reviewed commit"
        )
    return ""


def describe(paired: Paired, settings: GateSettings, *, decided: bool) -> Comparison:
    """Returns the numbers of a test, as far as they may be seen."""
    alpha = settings.primary.alpha_per_look
    champion, challenger = paired.evaluations
    gain = power.find_visible_gain(design(paired), alpha)
    facts = Comparison(
        metric=challenger.primary_metric,
        test=paired.test,
        examples=paired.n,
        disagreements=paired.disagreements,
        spread=paired.spread,
        alpha=alpha,
        visible_gain=gain,
    )
    if not decided and settings.primary.numbers == "when decided":
        return facts
    rows = np.arange(paired.n)
    numbers = {
        "champion_score": champion.score_part(rows),
        "challenger_score": challenger.score_part(rows),
        "difference": paired.difference,
        "lowest_difference": find_lower_bound(paired, alpha),
        "p_value": None if paired.disagreements is None else find_p_value(paired),
    }
    return facts.model_copy(update=numbers)


def design(paired: Paired) -> Design:
    """Returns what can be known about a comparison without its result."""
    return Design(paired.n, paired.spread, paired.disagreements is not None)


def _refuse_undefined(champion: Evaluation | None, challenger: Evaluation) -> Verdict | None:
    """A score that is not a number: outputs that are not finite, or a class that is missing."""
    rows = np.arange(len(challenger.y_true))
    metric = challenger.primary_metric
    if not math.isfinite(challenger.score_part(rows)):
        reason = f"{metric} of the challenger is not a number: are its outputs finite?"
        return Verdict(name="keep", reason=reason)
    if champion is not None and not math.isfinite(champion.score_part(rows)):
        reason = f"{metric} of the champion is not a number, so nothing can be compared with it"
        return Verdict(name="cannot tell", reason=reason)
    return None


def _decide_first(challenger: Evaluation, floors: Sequence[Check]) -> Verdict:
    failed = [check for check in floors if check.passed is False]
    score = challenger.metrics[challenger.primary_metric]
    comparison = Comparison(
        metric=challenger.primary_metric,
        test="none: there is no champion",
        examples=len(challenger.y_true),
        alpha=0.0,
        challenger_score=score,
    )
    if failed:
        reason = f"there is no champion yet, and {failed[0].sentence}"
        return Verdict(name="keep", reason=reason, comparison=comparison, checks=tuple(floors))
    reason = "there is no champion yet, and the challenger reaches every floor"
    return Verdict(name="promote", reason=reason, comparison=comparison, checks=tuple(floors))


def _decide_better(paired: Paired, settings: GateSettings, checks: Sequence[Check]) -> Verdict:
    comparison = describe(paired, settings, decided=True)
    failed = [check for check in checks if check.passed is False]
    name = _name_difference(paired)
    if failed:
        reason = f"the challenger is better ({name}), but {failed[0].sentence}"
        return Verdict(name="keep", reason=reason, comparison=comparison, checks=tuple(checks))
    reason = f"the challenger is better: {name}"
    return Verdict(name="promote", reason=reason, comparison=comparison, checks=tuple(checks))


def _decide_open(paired: Paired, settings: GateSettings) -> Verdict:
    """Neither better nor worse: only what the holdout can see decides, not the scores."""
    comparison = describe(paired, settings, decided=False)
    min_gain = settings.primary.min_gain
    gain = comparison.visible_gain
    metric = comparison.metric
    if paired.spread == 0.0:
        reason = f"both models score the same on each of the {paired.n} examples"
        return Verdict(name="keep", reason=reason, comparison=comparison)
    if gain is not None and gain <= min_gain:
        reason = f"no gain was found, and a gain of {min_gain:g} in {metric} would have been"
        return Verdict(name="keep", reason=reason, comparison=comparison)
    alpha = settings.primary.alpha_per_look
    labels = power.find_labels_needed(design(paired), min_gain, alpha)
    visible = "no gain" if gain is None else f"only gains from {gain:.3g}"
    reason = (
        f"{paired.n} examples show {visible} in {metric}: bring {labels:,} more labelled "
        f"examples to see {min_gain:g} (primary.min_gain)"
    )
    return Verdict(name="cannot tell", reason=reason, labels_needed=labels, comparison=comparison)


def _decide_too_few(paired: Paired, settings: GateSettings) -> Verdict:
    worst_case = Design(paired.n, max(paired.spread, settings.primary.min_gain**0.5), True)
    alpha = settings.primary.alpha_per_look
    labels = power.find_labels_needed(worst_case, settings.primary.min_gain, alpha)
    reason = (
        f"the holdout has {paired.n} examples, too few for any test: bring "
        f"{labels:,} more labelled examples"
    )
    comparison = describe(paired, settings, decided=False)
    return Verdict(name="cannot tell", reason=reason, labels_needed=labels, comparison=comparison)


def _name_difference(paired: Paired) -> str:
    champion, challenger = paired.evaluations
    rows = np.arange(paired.n)
    old = champion.score_part(rows)
    new = challenger.score_part(rows)
    return f"{challenger.primary_metric} {new:.4f} against {old:.4f} of the champion"
