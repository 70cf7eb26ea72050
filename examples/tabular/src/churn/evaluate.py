"""Compares the outputs of a model with the targets."""

from collections.abc import Mapping
from pathlib import Path

from . import data
from .config import Config
from .features import make_features
from .mlops import scoring
from .mlops.project import BaselineScore, Evaluation
from .predict import Outputs


def evaluate(
    config: Config, examples: data.Examples, outputs: Outputs, model_directory: Path
) -> Evaluation:
    """Returns the metrics, and the columns to slice the rows by."""
    y_true = data.targets(examples)
    chosen = scoring.read(config.evaluate, examples.classes, model_directory)
    slices = examples.rows.to_dict("list")
    return chosen.evaluate(y_true, outputs, slices)


def score_baselines(
    config: Config, splits: data.Splits, model_directory: Path
) -> Mapping[str, BaselineScore]:
    """Returns what the baseline, fitted again, and constant answers reach on the test rows."""
    from .mlops.comparison import score_baselines
    from .mlops.tabular.cross_validation import compute_outputs
    from .model import make_baseline

    train = splits.train
    test = splits.test
    X_train = make_features(train.rows, train.kinds)
    X_test = make_features(test.rows, test.kinds)
    y_train = data.targets(train)
    baseline = make_baseline(config, X_train)
    baseline.fit(X_train, y_train)
    outputs = compute_outputs(baseline, X_test, train.classes)
    chosen = scoring.read(config.evaluate, train.classes, model_directory)
    y_test = data.targets(test)
    return score_baselines(chosen, y_train, y_test, outputs)


if __name__ == "__main__":
    from .mlops.commands.evaluate import main

    raise SystemExit(main())
