"""A classifier two-sample test (Lopez-Paz and Oquab, 2017) of all features together.

A classifier learns on one half of the rows which of them are new. If it tells the other half apart
better than chance, the data has changed, also where no single feature has: the correlation of two,
or what an image shows. The p-value holds however good or bad the classifier is.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import mannwhitneyu
from sklearn.ensemble import RandomForestClassifier

from .feature_tests import MIN_EXPECTED, Test, count_values
from .sample import Column, Sample

NAME = "(all together)"
MAX_ROWS = 1000  # of each side: limits the time
MAX_RATIO = 2  # of the rows of the reference to those of the window: more bring little
MIN_ROWS = 40


def test_whole(reference: Sample, window: Sample, seed: int) -> Test | None:
    """Returns the test of the embeddings, or of the columns where there are none."""
    generator = np.random.default_rng(seed)
    before: NDArray[Any]
    after: NDArray[Any]
    if reference.embeddings is not None and window.embeddings is not None:
        after = window.embeddings[_draw(len(window.embeddings), MAX_ROWS, generator)]
        limit = MAX_RATIO * len(after)
        before = reference.embeddings[_draw(len(reference.embeddings), limit, generator)]
    else:
        after_rows = _draw(len(window), MAX_ROWS, generator)
        before_rows = _draw(len(reference), MAX_RATIO * len(after_rows), generator)
        after = _to_matrix(window.take(after_rows), reference)
        before = _to_matrix(reference.take(before_rows), reference)
    if min(len(before), len(after)) < MIN_ROWS or before.shape[1] == 0:
        return None
    X = np.concatenate([before, after])
    is_new = np.arange(len(X)) >= len(before)
    is_fitted = np.concatenate([_halve(len(before)), _halve(len(after))])
    scores = _score(X, is_new, is_fitted)
    return _compare_scores(scores[~is_fitted & ~is_new], scores[~is_fitted & is_new])


def _compare_scores(before: NDArray[Any], after: NDArray[Any]) -> Test:
    """Compares scores of rows that the classifier has not learnt from."""
    result = mannwhitneyu(after, before, alternative="greater", method="asymptotic")
    auc = float(result.statistic) / (len(before) * len(after))
    rows = (len(before), len(after))
    p = float(result.pvalue)
    return Test(NAME, "all features together", p, auc, "0.5", f"{auc:.3f}", rows=rows)


def _draw(count: int, limit: int, generator: np.random.Generator) -> NDArray[np.intp]:
    """Returns the numbers of at most `limit` and MAX_ROWS rows, in random order."""
    return generator.permutation(count)[: min(limit, MAX_ROWS)]


def _halve(count: int) -> NDArray[np.bool_]:
    return np.asarray(np.arange(count) % 2 == 0)


def _score(
    X: NDArray[Any], is_new: NDArray[np.bool_], is_fitted: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Returns how new each row is to a forest that was fitted on some rows; one thread."""
    model = RandomForestClassifier(25, min_samples_leaf=10, class_weight="balanced", random_state=0)
    model.fit(X[is_fitted], is_new[is_fitted])
    return np.asarray(model.predict_proba(X)[:, 1])


def _to_matrix(sample: Sample, reference: Sample) -> NDArray[np.float64]:
    """Returns the columns as numbers (n, columns): a category as its rank in the reference."""
    parts = []
    for name, column in reference.columns.items():
        parts.append(_to_numbers(sample.columns[name], column))
    shape = (len(sample), len(parts))
    return np.stack(parts, axis=1) if parts else np.zeros(shape)


def _to_numbers(column: Column, reference: Column) -> NDArray[np.float64]:
    if column.kind == "number":
        return np.where(np.isfinite(column.values), column.values, np.nan)
    counts = count_values(reference.known)
    # Rare values are one level with new ones, or an identifier would tell every new row apart.
    levels = sorted(level for level, count in counts.items() if count >= MIN_EXPECTED)
    ranks: dict[Any, float] = {level: float(rank) for rank, level in enumerate(levels)}
    ranks[None] = float("nan")
    return np.array([ranks.get(value, -1.0) for value in column.values])
