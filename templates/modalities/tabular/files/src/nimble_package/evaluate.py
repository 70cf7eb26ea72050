"""Compares the outputs of a model with the targets."""

from . import data
from .config import Config
from .mlops.project import Evaluation
from .mlops.tabular.metrics import PRIMARY_METRIC, compute_metrics, score_examples
from .predict import Outputs


def evaluate(config: Config, examples: data.Examples, outputs: Outputs) -> Evaluation:
    """Returns the metrics, the score of each row, and the columns to slice the rows by."""
    y_true = data.targets(examples)
    slices = {str(name): list(examples.rows[name]) for name in examples.rows}
    return Evaluation(
        metrics=compute_metrics(y_true, outputs, examples.classes),
        primary_metric=PRIMARY_METRIC[config.task],
        scores=score_examples(y_true, outputs, examples.classes),
        y_true=y_true,
        slices=slices,
    )


if __name__ == "__main__":
    from .mlops.commands.evaluate import main

    raise SystemExit(main())
