"""Compares the replies of a bundle with the golden answers."""

from typing import Any

import numpy as np

from . import data, metrics
from .config import Config
from .mlops.project import Evaluation
from .predict import Outputs


def evaluate(config: Config, examples: data.Examples, replies: Outputs) -> Evaluation:
    """Returns the metrics, the grade of each reply, and the columns to slice questions by."""
    items = examples.items
    max_words = config.evaluate.max_words
    found = metrics.summarise_replies(items, replies, max_words)
    pairs = zip(items, replies, strict=True)
    grades = [metrics.grade(item, reply, max_words) for item, reply in pairs]
    scores = np.array(grades, dtype=np.float64)
    slices: dict[str, list[Any]] = {
        "kind": [item.kind for item in items],
        "words": [len(item.question.split()) for item in items],
        "sources": [str(len(item.sources)) for item in items],
    }
    return Evaluation(found, "score", scores, items, replies, slices)


if __name__ == "__main__":
    from .mlops.commands.evaluate import main

    raise SystemExit(main())
