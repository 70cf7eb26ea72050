"""Evaluates a saved model: this one, or an older one in a process of its own."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..project import PROJECT
from .errors import UserError
from .hooks import HOOKS
from .project import MODEL, PREPARED, BaselineScore, Evaluation
from .saved_code import compute_outputs
from .saved_signature import describe_target


def run_evaluation(config: Any, model_directory: Path = MODEL) -> Evaluation:
    """Evaluates the model in a directory on the test split, with the metrics of all hooks."""
    for before_evaluation in HOOKS.before_evaluation:
        before_evaluation(config)
    splits = PROJECT.load(config, PREPARED)
    evaluation = evaluate_examples(config, model_directory, splits.test)
    more = _evaluate_extra_test_sets(config, model_directory, splits)
    for on_evaluation in HOOKS.on_evaluation:
        more |= on_evaluation(config, evaluation)
    return replace(evaluation, metrics={**evaluation.metrics, **more})


def score_baselines(config: Any, model_directory: Path = MODEL) -> Mapping[str, BaselineScore]:
    """Returns the primary metric of every baseline of a model on the test split."""
    if PROJECT.score_baselines is None:
        return {}
    splits = PROJECT.load(config, PREPARED)
    return PROJECT.score_baselines(config, splits, model_directory)


def evaluate_examples(config: Any, model_directory: Path, examples: Any) -> Evaluation:
    """Evaluates a model, saved by the code that is here now, on any examples."""
    model = PROJECT.load_model(model_directory)
    expected = PROJECT.target(examples)
    predicted = PROJECT.signature(model).outputs[0]
    if predicted != expected:
        raise UserError(
            f'"{model_directory.as_posix()}" predicts {describe_target(predicted)}, the data has '
            f"{describe_target(expected)}: train it again"
        )
    outputs = PROJECT.outputs(model, PROJECT.inputs(examples))
    return PROJECT.evaluate(config, examples, outputs, model_directory)


def evaluate_saved(config: Any, model_directory: Path, examples: Any) -> Evaluation:
    """Evaluates a model with the code that was saved next to it, in a process of its own.

    Two versions of the team's code never meet in one interpreter: the saved code computes the
    outputs, the code that is here now compares them with the targets.
    """
    outputs = compute_outputs(model_directory, PROJECT.inputs(examples))
    return PROJECT.evaluate(config, examples, outputs, model_directory)


def _evaluate_extra_test_sets(config: Any, model_directory: Path, splits: Any) -> dict[str, float]:
    if PROJECT.extra_test_sets is None:
        return {}
    metrics = {}
    for name, examples in PROJECT.extra_test_sets(splits).items():
        evaluation = evaluate_examples(config, model_directory, examples)
        primary = evaluation.primary_metric
        metrics[f"{name}_{primary}"] = evaluation.metrics[primary]
    return metrics
