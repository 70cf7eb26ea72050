"""Compares the outputs of a model with the targets."""

from . import data
from .config import Config
from .mlops.project import Evaluation
from .mlops.tabular.metrics import PRIMARY_METRIC, compute_metrics, score_examples
from .predict import Outputs


def evaluate(config: Config, examples: data.Examples, outputs: Outputs) -> Evaluation:
    """Returns the metrics, the score of each row, and the columns to slice the rows by."""
    y_true = data.targets(examples)
    metrics = compute_metrics(y_true, outputs, examples.classes)
    scores = score_examples(y_true, outputs, examples.classes)
    primary_metric = PRIMARY_METRIC[config.task]
    slices = examples.rows.to_dict("list")
    return Evaluation(metrics, primary_metric, scores, y_true, outputs, slices)


if __name__ == "__main__":
    from .mlops.commands.evaluate import main

    raise SystemExit(main())
