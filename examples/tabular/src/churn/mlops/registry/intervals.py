"""How far a metric may be from what it is on other examples of the same kind."""

import numpy as np

from ..project import Evaluation
from .version import Interval

RESAMPLES = 1000
LOW, HIGH = 2.5, 97.5  # percentiles: 95 % of the resamples are between them
SEED = 0


def find_interval(evaluation: Evaluation) -> Interval:
    """Returns the primary metric with its percentile bootstrap interval over the examples.

    Examples that belong together (rows of one customer) make the true interval wider.
    """
    count = len(evaluation.y_true)
    value = evaluation.metrics[evaluation.primary_metric]
    random = np.random.default_rng(SEED)
    found = []
    for _ in range(RESAMPLES):
        rows = random.integers(count, size=count)
        found.append(evaluation.score_part(rows))
    scores = np.array(found)
    defined = scores[~np.isnan(scores)]
    if not len(defined):
        return Interval(value, value, value, count)
    low, high = np.percentile(defined, [LOW, HIGH])
    return Interval(value, float(low), float(high), count)
