"""Compares a model with its baseline, and both with the best constant answer."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .decision import choose_threshold, read_rule
from .metric_settings import MetricSettings
from .metrics import summarise
from .project import BaselineScore, TrainResult
from .scoring import Scoring, make

BASELINE = "the baseline"


@dataclass(frozen=True)
class Run:
    """Outputs for examples that were not fitted on: a validation fold, or those of a seed."""

    y_train: NDArray[Any]  # targets that were fitted on
    y_true: NDArray[Any]
    outputs: NDArray[Any]  # of the model: probabilities (n, classes), or values (n,)
    baseline_outputs: NDArray[Any]
    # Further examples that were not fitted on, by name: adds the metric `<name>_<primary metric>`.
    further: Mapping[str, "Run"] = field(default_factory=dict)


@dataclass(frozen=True)
class Comparison:
    """The metrics of a training; `scoring` has the threshold that was chosen."""

    scoring: Scoring
    metrics: dict[str, float]
    baselines: dict[str, str]  # the prefix of its metrics -> how a sentence names it

    def to_result(
        self, seeds: Sequence[int], curves: Sequence[Mapping[str, float]] = ()
    ) -> TrainResult:
        """Returns what a training returns; `curves` has a row for each epoch or iteration."""
        return TrainResult(
            metrics=self.metrics,
            primary_metric=self.scoring.primary_metric,
            seeds=seeds,
            curves=curves,
            baselines=self.baselines,
        )


@dataclass(frozen=True)
class Constant:
    """An answer that is the same for every example."""

    description: str
    make_outputs: Callable[[NDArray[Any], int], NDArray[Any]]  # of training targets, for n examples

    def answer(self, run: Run) -> NDArray[Any]:
        """Returns its outputs for the examples of a run."""
        return self.make_outputs(run.y_train, len(run.y_true))


def compare(
    settings: MetricSettings, classes: Sequence[str], runs: Sequence[Run], decide_on: Sequence[Run]
) -> Comparison:
    """Chooses the threshold on the runs `decide_on`, and measures all runs with it."""
    y_train = np.concatenate([run.y_train for run in runs])
    scoring = choose_decision(settings, make(settings, classes, y_train), decide_on)
    constant = find_best_constant(scoring, [(run.y_train, run.y_true) for run in runs])
    model, baseline, constants = [], [], []
    for run in runs:
        model.append(_measure(scoring, run, lambda part: part.outputs, required=True))
        found = _measure(scoring.for_baseline(), run, lambda part: part.baseline_outputs)
        baseline.append(found)
        constants.append(_measure(scoring.with_threshold(0.5), run, constant.answer))
    metrics = summarise("model", model)
    metrics |= summarise("baseline", baseline)
    metrics |= summarise("constant", constants)
    return Comparison(scoring, metrics, {"baseline": BASELINE, "constant": constant.description})


def _measure(
    scoring: Scoring, run: Run, choose: Callable[[Run], NDArray[Any]], *, required: bool = False
) -> dict[str, float]:
    """The metrics of the outputs that `choose` returns for a run."""
    metrics = scoring.measure(run.y_true, choose(run), required=required)
    for name, part in run.further.items():
        if len(part.y_true) == 0:
            continue
        score = scoring.compute(part.y_true, choose(part))
        if not math.isnan(score):
            metrics[f"{name}_{scoring.primary_metric}"] = score
    return metrics


def choose_decision(settings: MetricSettings, scoring: Scoring, runs: Sequence[Run]) -> Scoring:
    """Returns the metric with the thresholds that the rule in config.yaml gives on these runs."""
    positive = scoring.decision.positive
    if positive is None:
        return scoring
    rule = read_rule(settings.threshold)
    is_positive = np.concatenate([run.y_true for run in runs]) == positive
    outputs = np.concatenate([run.outputs for run in runs])
    baseline_outputs = np.concatenate([run.baseline_outputs for run in runs])
    decision = replace(
        scoring.decision,
        threshold=choose_threshold(rule, is_positive, outputs[:, positive]),
        rule=str(settings.threshold),
        baseline_threshold=choose_threshold(rule, is_positive, baseline_outputs[:, positive]),
    )
    return replace(scoring, decision=decision)


def score_baselines(
    scoring: Scoring,
    y_train: NDArray[Any],
    y_true: NDArray[Any],
    baseline_outputs: NDArray[Any],
) -> Mapping[str, BaselineScore]:
    """Returns the primary metric of the baseline and of the best constant answer."""
    constant = find_best_constant(scoring, [(y_train, y_true)])
    answers = constant.make_outputs(y_train, len(y_true))
    baseline_score = scoring.for_baseline().compute(y_true, baseline_outputs)
    constant_score = scoring.with_threshold(0.5).compute(y_true, answers)
    return {
        "baseline": BaselineScore(baseline_score, BASELINE),
        "constant": BaselineScore(constant_score, constant.description),
    }


def find_best_constant(
    scoring: Scoring, runs: Sequence[tuple[NDArray[Any], NDArray[Any]]]
) -> Constant:
    """Returns the constant answer with the highest mean of the primary metric.

    `runs` has training targets and targets. For accuracy it is the most frequent class, for a
    log loss the shares of the classes, for R² the mean, for the absolute error the median.
    """
    scoring = scoring.with_threshold(0.5)
    constants = list_constants(scoring.classes, runs[0][0])
    means = []
    for constant in constants:
        scores = []
        for y_train, y_true in runs:
            answers = constant.make_outputs(y_train, len(y_true))
            scores.append(scoring.compute(y_true, answers))
        mean = float(np.mean(scores))
        means.append(-np.inf if np.isnan(mean) else mean)
    best = int(np.argmax(means))  # the first of equal ones
    if scoring.classes and best == 0 and means[0] == means[1]:
        return replace(constants[0], description=constants[1].description)
    return constants[best]


def list_constants(classes: Sequence[str], y_train: NDArray[Any]) -> list[Constant]:
    """Returns the shares of the classes, then each class, the most frequent one first.

    For a regression: the mean and the median.
    """
    if not classes:
        return [
            Constant("always answering the mean", lambda y, n: np.full(n, y.mean())),
            Constant("always answering the median", lambda y, n: np.full(n, np.median(y))),
        ]
    shares = "always giving the shares of the classes as probabilities"
    constants = [Constant(shares, partial(_repeat_shares, len(classes)))]
    counts = np.bincount(y_train, minlength=len(classes))
    for number in np.argsort(-counts, kind="stable"):
        description = f'always answering "{classes[number]}"'
        certain = np.eye(len(classes))[number]
        constants.append(Constant(description, partial(_repeat, certain)))
    return constants


def _repeat_shares(n_classes: int, y_train: NDArray[Any], count: int) -> NDArray[Any]:
    shares = np.bincount(y_train, minlength=n_classes) / len(y_train)
    return np.tile(shares, (count, 1))


def _repeat(row: NDArray[Any], _: NDArray[Any], count: int) -> NDArray[Any]:
    return np.tile(row, (count, 1))
