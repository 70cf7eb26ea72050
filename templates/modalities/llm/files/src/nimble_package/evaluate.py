"""Compares the replies of a bundle with the golden answers."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

from . import bundle, data, metrics
from .config import Config
from .mlops.llm import baselines
from .mlops.llm.golden_set import Item
from .mlops.project import BaselineScore, Evaluation
from .predict import Outputs


def evaluate(config: Config, examples: data.Examples, replies: Outputs, _: Path) -> Evaluation:
    """Returns the metrics, the grade of each reply, and the columns to slice questions by."""
    items = examples.items
    max_words = config.evaluate.max_words
    found = metrics.summarise_replies(items, replies, max_words)

    def compute(items: Sequence[Item], replies: Outputs) -> float:
        return fmean(metrics.grade_all(items, replies, max_words))

    slices: dict[str, list[Any]] = {
        "kind": [item.kind for item in items],
        "words": [len(item.question.split()) for item in items],
        "sources": [str(len(item.sources)) for item in items],
    }
    return Evaluation(
        metrics=found,
        primary_metric="score",
        compute=compute,
        y_true=items,
        outputs=replies,
        scores=np.array(metrics.grade_all(items, replies, max_words)),
        slices=slices,
    )


def score_baselines(
    config: Config, splits: data.Splits, model_directory: Path
) -> Mapping[str, BaselineScore]:
    """Returns the score of the best sentence of the best passage, and of declining everything."""
    examples = splits.test
    model = bundle.load(model_directory, config.runtime)
    questions = data.inputs(examples)
    max_words = config.evaluate.max_words
    answers = bundle.ask_all(baselines.Extractive(model.retriever), questions, parallel=1)
    refusals = baselines.decline_all(questions)
    found = {}
    for name, replies in {"baseline": answers, "constant": refusals}.items():
        score = fmean(metrics.grade_all(examples.items, replies, max_words))
        found[name] = BaselineScore(score, metrics.BASELINES[name])
    return found


if __name__ == "__main__":
    from .mlops.commands.evaluate import main

    raise SystemExit(main())
