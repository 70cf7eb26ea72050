"""Compares the outputs of a model with the labels."""

from collections.abc import Mapping
from pathlib import Path

from . import data
from .config import Config
from .mlops import scoring
from .mlops.project import BaselineScore, Evaluation
from .predict import Outputs


def evaluate(
    config: Config, examples: data.Examples, outputs: Outputs, model_directory: Path
) -> Evaluation:
    """Returns the metrics, and the columns to slice the texts by."""
    chosen = scoring.read(config.evaluate, examples.classes, model_directory)
    slices = data.describe_texts(examples)
    return chosen.evaluate(examples.labels, outputs, slices)


def score_baselines(
    config: Config, splits: data.Splits, model_directory: Path
) -> Mapping[str, BaselineScore]:
    """Returns what the baseline, fitted again, and constant answers reach on the test texts."""
    from . import fit
    from .mlops import comparison

    train = splits.train
    test = splits.test
    y_prob = fit.fit_baseline(config, train, test)
    chosen = scoring.read(config.evaluate, train.classes, model_directory)
    return comparison.score_baselines(chosen, train.labels, test.labels, y_prob)


if __name__ == "__main__":
    from .mlops.commands.evaluate import main

    raise SystemExit(main())
