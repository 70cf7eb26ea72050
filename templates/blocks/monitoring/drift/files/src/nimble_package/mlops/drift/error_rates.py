"""`poe drift-error-rates`: how often `compare` is wrong, by simulation, as a table for the docs.

Twenty features, fifteen numbers and five categories of the shares 50, 30, 15 and 5 %; a reference
of 20,000 rows; a quarter is 91 windows. Correlated features share a factor (correlation 0.5). With
the weekly season every feature moves by up to 0.6 standard deviations between weekdays, and a
window is one day. Reference and windows are drawn anew in every quarter and trial.
"""

import argparse
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from ..command_line import run
from .compare import Comparison, compare
from .sample import Column, Sample
from .settings import DriftSettings

DESCRIPTION = "Measure the error rates of poe drift by simulation: minutes."
NUMBERS, CATEGORIES = 15, 5
LEVELS = np.array(["a", "b", "c", "d"], object)
EDGES = norm.ppf(np.cumsum([0.5, 0.3, 0.15]))
SEASON = 0.3 * np.sin(2 * np.pi * np.arange(7) / 7)  # of each weekday, in standard deviations
REFERENCE_ROWS = 20_000
DAYS = 91
SIZES = (100, 1000, 20_000)
USUAL_PSI = 0.2
USUAL_P = 0.05


@dataclass(frozen=True)
class World:
    """How the data of a simulation is."""

    correlation: float = 0.0
    weekly: bool = False

    def __str__(self) -> str:
        """Returns a name for the table."""
        if self.weekly:
            return "correlated, weekly season" if self.correlation else "weekly season"
        return "correlated" if self.correlation else "independent"

    def draw(
        self, rows: int, generator: np.random.Generator, day: int | None = None
    ) -> NDArray[np.float64]:
        """Returns latent values (rows, features) with the weekday in the last column."""
        common = generator.normal(size=(rows, 1)) * np.sqrt(self.correlation)
        own = generator.normal(size=(rows, NUMBERS + CATEGORIES)) * np.sqrt(1 - self.correlation)
        weekdays = generator.integers(7, size=rows) if day is None else np.full(rows, day % 7)
        values = common + own
        if self.weekly:
            values = values + SEASON[weekdays][:, None]
        return np.column_stack([values, weekdays])

    def to_sample(self, values: NDArray[np.float64]) -> Sample:
        """Returns the features of latent values."""
        columns = {}
        for index in range(NUMBERS):
            columns[f"number {index}"] = Column("number", values[:, index])
        for index in range(NUMBERS, NUMBERS + CATEGORIES):
            levels = LEVELS[np.searchsorted(EDGES, values[:, index])]
            columns[f"category {index - NUMBERS}"] = Column("category", levels)
        seasons = values[:, -1].astype(np.int64) if self.weekly else None
        return Sample(columns, seasons=seasons)


WORLDS = (World(), World(0.5), World(0.5, weekly=True))
Change = Callable[[NDArray[np.float64], np.random.Generator], NDArray[np.float64]]


def shift_number(
    values: NDArray[np.float64], _: np.random.Generator, size: float = 0.3
) -> NDArray[np.float64]:
    """Moves the first number by a share of its standard deviation."""
    changed = values.copy()
    changed[:, 0] += size
    return changed


def move_share(
    values: NDArray[np.float64], generator: np.random.Generator, to: int = 3, points: float = 0.05
) -> NDArray[np.float64]:
    """Moves 5 points of all rows to one value of the first category."""
    changed = values.copy()
    levels = np.searchsorted(EDGES, changed[:, NUMBERS])
    others = np.flatnonzero(levels != to)
    chosen = generator.permutation(others)[: round(points * len(values))]
    inside = np.concatenate([EDGES - 0.01, [EDGES[-1] + 0.01]])
    changed[chosen, NUMBERS] = inside[to]
    return changed


CHANGES: dict[str, tuple[str, Change]] = {
    "0.3 sd": ("number 0", shift_number),
    "5 % to 10 %": ("category 0", partial(move_share, to=3)),
    "15 % to 20 %": ("category 0", partial(move_share, to=2)),
    "50 % to 55 %": ("category 0", partial(move_share, to=0)),
}


def simulate_quarter(
    world: World, size: int, seed: int, days: int = DAYS, change: Change | None = None
) -> Iterator[Comparison]:
    """Yields the comparison of every window of a quarter with a reference of its own."""
    generator = np.random.default_rng(seed)
    reference = world.to_sample(world.draw(REFERENCE_ROWS, generator))
    for day in range(days):
        values = world.draw(size, generator, day)
        if change:
            values = change(values, generator)
        window = world.to_sample(values)
        yield compare(reference, window, DriftSettings(), seed=seed * DAYS + day)


@dataclass(frozen=True)
class FalseAlarms:
    """False alarms per quarter, over all features; of the usual rules as well."""

    ours: float
    psi: float
    uncorrected: float
    worst: int  # of one quarter


def count_false_alarms(
    world: World, size: int, quarters: int, days: int = DAYS, change: Change | None = None
) -> FalseAlarms:
    """Returns means over quarters, extrapolated where they have fewer than 91 days."""
    ours, psi, uncorrected = [], 0, 0
    for seed in range(quarters):
        ours.append(0)
        for found in simulate_quarter(world, size, seed, days, change):
            ours[-1] += len(found.drifted)
            tests = [finding.test for finding in found.findings if finding.test.psi is not None]
            psi += sum((test.psi or 0) > USUAL_PSI for test in tests)
            uncorrected += sum(test.p < USUAL_P for test in tests)
    scale = DAYS / days / quarters
    return FalseAlarms(sum(ours) * scale, psi * scale, uncorrected * scale, max(ours))


@dataclass(frozen=True)
class Detection:
    """The share of windows in which a planted change is found in the feature that has it."""

    ours: float
    psi: float
    uncorrected: float


def measure_detection(world: World, size: int, change: str, trials: int) -> Detection:
    """Returns shares over trials; ten windows share a reference."""
    feature, apply = CHANGES[change]
    ours = psi = uncorrected = 0
    for seed in range(trials // 10):
        for found in simulate_quarter(world, size, 10_000 + seed, 10, apply):
            ours += any(finding.test.feature == feature for finding in found.drifted)
            tests = [finding.test for finding in found.findings if finding.test.feature == feature]
            psi += any((test.psi or 0) > USUAL_PSI for test in tests)
            uncorrected += any(test.p < USUAL_P for test in tests)
    count = trials // 10 * 10
    return Detection(ours / count, psi / count, uncorrected / count)


def main(argv: Sequence[str] | None = None) -> int:
    """Prints the tables as Markdown."""
    arguments = {
        "--quarters": {"type": int, "default": 10, "help": "quarters of each line (default: 10)"},
        "--trials": {"type": int, "default": 200, "help": "windows of each line (default: 200)"},
        "--sizes": {"type": int, "nargs": "+", "default": SIZES, "help": "rows of a window"},
    }
    return run("drift-error-rates", DESCRIPTION, print_tables, argv, arguments)


def print_tables(arguments: argparse.Namespace) -> None:
    """Prints false alarms, then detection."""
    print("| rows | data | false alarms per quarter | worst quarter | PSI > 0.2 | p < 0.05 |")
    print("|---|---|---|---|---|---|")
    for size, world in itertools.product(arguments.sizes, WORLDS):
        alarms = count_false_alarms(world, size, arguments.quarters)
        usual = f"{alarms.psi:.0f} | {alarms.uncorrected:.0f}"
        print(f"| {size:,} | {world} | {alarms.ours:.2f} | {alarms.worst} | {usual} |", flush=True)
    print("\n| rows | data | change | found | PSI > 0.2 | p < 0.05 |")
    print("|---|---|---|---|---|---|")
    for size, world, change in itertools.product(arguments.sizes, WORLDS, CHANGES):
        rate = measure_detection(world, size, change, arguments.trials)
        usual = f"{rate.psi:.0%} | {rate.uncorrected:.0%}"
        print(f"| {size:,} | {world} | {change} | {rate.ours:.0%} | {usual} |", flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
