"""What a holdout can see: the probability that a gain is found, by its size."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import optimize, special, stats

POWER = 0.8  # a gain is visible when it is found in 80 of 100 trials
MAX_EXAMPLES = 10_000_000
PRECISION = 1e-6
# BCa and the studentized bootstrap have to agree with Student's t, which costs some power: by
# simulation with normal differences about as much as if the gain were so many times smaller.
AGREEMENT = 1.017


@dataclass(frozen=True)
class Design:
    """A comparison as far as it can be known before its result."""

    n: int
    spread: float  # of the differences, one for each example: standard deviation
    is_binary: bool  # scores of 0 and 1: spread² is the share of disagreements

    def with_examples(self, n: int) -> "Design":
        """Returns the same comparison with another number of examples."""
        return Design(n, self.spread, self.is_binary)


def find_power(design: Design, gain: float, alpha: float) -> float:
    """Returns the probability that a true gain is found at `alpha`, one-sided."""
    if gain <= 0 and design.spread == 0.0:
        return 0.0
    if design.is_binary:
        return _find_mcnemar_power(design, gain, alpha)
    if design.spread == 0.0:
        return 1.0
    mean, scale = _approximate_t(design.n, alpha)
    standard_error = design.spread / math.sqrt(design.n)
    distance = gain / AGREEMENT / standard_error
    return float(special.ndtr((distance - mean) / scale))


@lru_cache(maxsize=10_000)
def find_visible_gain(design: Design, alpha: float, power: float = POWER) -> float | None:
    """Returns the smallest gain that is found with this probability.

    None: not even the largest possible gain is found, because there are too few examples.
    """
    if not design.is_binary:
        mean, scale = _approximate_t(design.n, alpha)
        distance = mean + scale * float(special.ndtri(power))
        return AGREEMENT * distance * design.spread / math.sqrt(design.n)
    if find_power(design, 1.0, alpha) < power:
        return None

    def miss(gain: float) -> float:
        return find_power(design, gain, alpha) - power

    return float(optimize.brentq(miss, 0.0, 1.0, xtol=PRECISION))


@lru_cache(maxsize=10_000)
def find_labels_needed(design: Design, min_gain: float, alpha: float) -> int:
    """Returns how many examples more make a gain of `min_gain` visible; rounded up."""
    low = design.n
    high = design.n
    while high < MAX_EXAMPLES and not _sees(design.with_examples(high), min_gain, alpha):
        low = high
        high = max(high * 2, 10)
    while high - low > max(1, low // 100):
        middle = (low + high) // 2
        if _sees(design.with_examples(middle), min_gain, alpha):
            high = middle
        else:
            low = middle
    return round_up(max(0, high - design.n))


def round_up(count: int) -> int:
    """Returns a count with two digits: more would pretend to a precision that there is not."""
    if count < 100:
        return count
    unit: int = 10 ** (len(str(count)) - 2)
    return math.ceil(count / unit) * unit


def draw_curve(design: Design, alpha: float, gains: Sequence[float]) -> list[tuple[float, float]]:
    """Returns the operating curve: each gain with the probability that it is found."""
    return [(gain, find_power(design, gain, alpha)) for gain in gains]


def _sees(design: Design, min_gain: float, alpha: float) -> bool:
    return find_power(design, min_gain, alpha) >= POWER


def _approximate_t(n: int, alpha: float) -> tuple[float, float]:
    """The t statistic of a gain of d standard errors is significant with Φ((d - mean) / scale).

    Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.10.
    """
    degrees = max(1, n - 1)
    critical = float(-special.stdtrit(degrees, alpha))
    mean = critical * (1 - 1 / (4 * degrees))
    scale = math.sqrt(1 + critical**2 / (2 * degrees))
    return mean, scale


def _find_mcnemar_power(design: Design, gain: float, alpha: float) -> float:
    """The exact power: over every number of disagreements, wins beyond the critical number.

    Two models that differ by `gain` disagree on at least that share of the examples.
    """
    share = min(1.0, max(design.spread**2, abs(gain)))
    if share == 0.0:
        return 0.0
    low = round(float(stats.binom.ppf(PRECISION, design.n, share)))
    high = round(float(stats.binom.isf(PRECISION, design.n, share)))
    disagreements = np.arange(low, high + 1)
    weights = stats.binom.pmf(disagreements, design.n, share)
    critical = stats.binom.isf(alpha, disagreements, 0.5) + 1
    win = min(1.0, (share + gain) / (2 * share))
    found = stats.binom.sf(critical - 1, disagreements, win)
    return float((weights * found).sum() / weights.sum())
