"""Compares the outputs of a model with the labels."""

import numpy as np

from . import data
from .config import Config
from .mlops.metrics import classification_metrics
from .mlops.project import Evaluation
from .predict import Outputs


def evaluate(config: Config, examples: data.Examples, outputs: Outputs) -> Evaluation:
    """Returns the metrics, 1 or 0 for each clip, and the columns to slice the clips by."""
    labels = examples.labels
    metrics = classification_metrics(labels, outputs, examples.classes)
    is_correct = outputs.argmax(axis=1) == labels
    scores = is_correct.astype(np.float64)
    slices = data.describe_clips(examples, config.features.sample_rate)
    return Evaluation(metrics, "accuracy", scores, labels, outputs, slices)


if __name__ == "__main__":
    from .mlops.commands.evaluate import main

    raise SystemExit(main())
