"""Some of the examples of an evaluation."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..project import Evaluation


def select(evaluation: Evaluation, rows: NDArray[np.intp]) -> Evaluation:
    """Returns the evaluation on some of its examples, by their numbers.

    Its metrics are the primary one alone: the others cannot be computed again here.
    """
    score = evaluation.score_part(rows) if len(rows) else float("nan")
    scores = None if evaluation.scores is None else evaluation.scores[rows]
    slices = {name: _take(values, rows) for name, values in evaluation.slices.items()}
    return replace(
        evaluation,
        metrics={evaluation.primary_metric: score},
        y_true=_take(evaluation.y_true, rows),
        outputs=_take(evaluation.outputs, rows),
        scores=scores,
        slices=slices,
    )


def _take(values: Any, rows: NDArray[np.intp]) -> Any:
    if isinstance(values, np.ndarray):
        return values[rows]
    return [values[row] for row in rows]
