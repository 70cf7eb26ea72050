"""The test of one feature: its p-value, and the size of the change."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2_contingency, fisher_exact, ks_2samp, kstwobign, norm

from .sample import Column

Kind = Literal["number", "category", "missing values", "new values", "all features together"]
Counts = Mapping[Any, int]
MIN_VALUES = 20  # numbers on each side, so that the p-value of the asymptotic KS test holds
MIN_EXPECTED = 10  # rows of a category on each side; rarer ones are tested together
POWER = 0.9  # of the smallest change that is printed
OTHER = "(other values)"
BINS = 10  # of the population stability index
SMALLEST_SHARE = 1e-4  # of a bin of the index, which is infinite for an empty one
LARGEST_DISTANCE = 1 - 1e-9


@dataclass(frozen=True)
class Test:
    """The comparison of one feature, before it is known how many there are."""

    feature: str
    kind: Kind
    p: float
    effect: float  # standard deviations, a share, or the area under the curve
    before: str  # the feature in the reference, as a short text
    after: str
    psi: float | None = None  # displayed only: it decides nothing
    value: str = ""  # the category whose share changed most
    rows: tuple[int, int] = (0, 0)  # of the reference and of the window
    share: float = 0.5  # of the largest category in the reference


def test_column(name: str, reference: Column, window: Column) -> list[Test]:
    """Returns the tests of a column: its values, its missing values and its new categories.

    A test is left out where it cannot reject: all values are the same on both sides.
    """
    tests = [_test_missing(name, reference, window)]
    if reference.kind == "number":
        tests.append(_test_numbers(name, reference.known, window.known))
    else:
        before = count_values(reference.known)
        after = count_values(window.known)
        tests.append(_test_new_values(name, before, after))
        tests.append(_test_categories(name, before, after))
    return [test for test in tests if test is not None]


def count_values(values: NDArray[Any]) -> dict[str, int]:
    """Returns how often each text occurs, the most frequent first."""
    counts = Counter(values.tolist())
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def to_shift(distance: float) -> float:
    """Returns the shift of a normal distribution that has this KS distance, in its deviations.

    A change of a skewed feature has the same number whichever its scale is.
    """
    return float(2 * norm.ppf((1 + min(distance, LARGEST_DISTANCE)) / 2))


def smallest_change(test: Test, p_limit: float, min_effect: float) -> float:
    """Returns about the smallest change that this window shows in nine of ten cases."""
    before, after = test.rows
    if not before or not after:
        return float("nan")
    scale = float(np.sqrt(1 / before + 1 / after))
    margin = float(norm.ppf(POWER))
    if test.kind == "number":
        distance = (float(kstwobign.isf(p_limit)) + margin / 2) * scale
        return max(to_shift(distance), min_effect) if distance < 1 else float("inf")
    spread = float(np.sqrt(test.share * (1 - test.share)))
    return max((float(norm.isf(p_limit / 2)) + margin) * spread * scale, min_effect)


def _test_numbers(name: str, before: NDArray[Any], after: NDArray[Any]) -> Test | None:
    if min(len(before), len(after)) < MIN_VALUES:
        return None
    if before.min() == before.max() == after.min() == after.max():
        return None
    result = ks_2samp(before, after, method="asymp")
    effect = to_shift(float(result.statistic))
    sign = "-" if np.median(after) < np.median(before) else ""
    psi = _compute_psi(*_count_bins(before, after))
    rows = (len(before), len(after))
    p = float(result.pvalue)
    return Test(name, "number", p, effect, _describe(before), _describe(after), psi, sign, rows)


def _describe(values: NDArray[Any]) -> str:
    return f"{values.mean():.4g} ± {values.std():.3g}"


def _test_categories(name: str, before: Counts, after: Counts) -> Test | None:
    """Compares the values that the reference has; new ones have a test of their own."""
    known = {value: after.get(value, 0) for value in before}
    if not before or not sum(known.values()):
        return None
    table = _pool_rare(before, known)
    if len(table) < 2:
        return None
    counts = np.array(list(table.values())).T
    p = float(chi2_contingency(counts, correction=False).pvalue)
    shares = counts / counts.sum(axis=1, keepdims=True)
    changes = shares[1] - shares[0]
    most = int(np.abs(changes).argmax())
    value = list(table)[most]
    old, new = f"{shares[0, most]:.1%} {value}", f"{shares[1, most]:.1%} {value}"
    rows = (int(counts[0].sum()), int(counts[1].sum()))
    effect = float(abs(changes[most]))
    largest = float(shares[0].max())
    psi = _compute_psi(counts[0], counts[1])
    return Test(name, "category", p, effect, old, new, psi, value, rows, largest)


def _pool_rare(before: Counts, after: Counts) -> dict[str, tuple[int, int]]:
    """Returns the counts of both sides by value, those of rare values together."""
    sizes = (sum(before.values()), sum(after.values()))
    table = {}
    pooled = [0, 0]
    for value, count in before.items():
        pair = (count, after[value])
        expected = sum(pair) / sum(sizes) * min(sizes)
        if expected >= MIN_EXPECTED:
            table[value] = pair
        else:
            pooled[0] += pair[0]
            pooled[1] += pair[1]
    if sum(pooled) / sum(sizes) * min(sizes) >= MIN_EXPECTED:
        table[OTHER] = (pooled[0], pooled[1])
    return table


def _test_missing(name: str, reference: Column, window: Column) -> Test | None:
    before = int(reference.is_missing.sum())
    after = int(window.is_missing.sum())
    sizes = (len(reference), len(window))
    return _test_share(name, "missing values", (before, after), sizes)


def _test_new_values(name: str, before: Counts, after: Counts) -> Test | None:
    """Compares the share of new values with what Good and Turing expect of the reference.

    A value that it has once stands for those that it lacks: their share is that of such rows.
    """
    once = sum(1 for count in before.values() if count == 1)
    new = {value: count for value, count in after.items() if value not in before}
    value = next(iter(new), "")
    sizes = (sum(before.values()), sum(after.values()))
    return _test_share(name, "new values", (once, sum(new.values())), sizes, value)


def _test_share(
    name: str, kind: Kind, counts: tuple[int, int], sizes: tuple[int, int], value: str = ""
) -> Test | None:
    """Fisher's exact test of a share; None where no row or every row has the property."""
    if min(sizes) == 0 or sum(counts) in (0, sum(sizes)):
        return None
    table = [[counts[0], sizes[0] - counts[0]], [counts[1], sizes[1] - counts[1]]]
    p = float(fisher_exact(table).pvalue)
    before, after = counts[0] / sizes[0], counts[1] / sizes[1]
    texts = (f"{before:.1%}", f"{after:.1%}")
    return Test(name, kind, p, abs(after - before), *texts, None, value, sizes, max(before, 0.01))


def _count_bins(before: NDArray[Any], after: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Returns how many values are in each tenth of the reference."""
    quantiles = np.quantile(before, np.linspace(0, 1, BINS + 1)[1:-1])
    edges = np.unique(quantiles)
    width = len(edges) + 1
    old = np.bincount(np.searchsorted(edges, before, side="right"), minlength=width)
    new = np.bincount(np.searchsorted(edges, after, side="right"), minlength=width)
    return old, new


def _compute_psi(before: NDArray[Any], after: NDArray[Any]) -> float:
    """Returns the population stability index of two counts by bin."""
    old = np.maximum(before / before.sum(), SMALLEST_SHARE)
    new = np.maximum(after / after.sum(), SMALLEST_SHARE)
    return float(((new - old) * np.log(new / old)).sum())
