"""Measures the error rates of the gate: years of challengers, decided by the shipped function.

Every year has one frozen sample. The predictions of champion and challenger are correlated: both
are right or wrong together on most examples.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..project import Evaluation
from .decide import decide
from .decision import Budget, Verdict
from .power import Design, find_visible_gain
from .settings import GateSettings

WORSE = -0.03  # of a model that must hardly ever be promoted
POSITIVE = 0.3  # share of the examples
GRADED = 1 - POSITIVE / 2  # what an example more that is right adds to the mean of grades
OWN_ERROR = 0.4  # of a regression, where the error that all models share has a deviation of 1
ROUNDS = 8  # to find the visible gain where the spread depends on it
MUTATION = 0.3  # share of its disagreements that a hill climber changes in a week
Random = np.random.Generator
Scores = NDArray[np.float64]


@dataclass(frozen=True)
class World:
    """What kind of examples there are, and how often two models differ."""

    kind: str  # accuracy, squared error, absolute error, grades or f1
    n: int
    score: float = 0.85  # accuracy of the champion, where scores are 0 and 1
    disagreement: float = 0.1  # share of examples that only one of two models has right

    def draw_champion(self, random: Random) -> NDArray[np.float64]:
        """Returns what the champion does on each example, shape (n, 2): shared, own."""
        if self.kind in ("squared error", "absolute error"):
            shared = random.normal(size=self.n)
            own = random.normal(size=self.n) * OWN_ERROR
            return np.column_stack([shared, own])
        is_right = random.random(self.n) < self.score
        is_positive = random.random(self.n) < POSITIVE
        return np.column_stack([is_right, is_positive]).astype(np.float64)

    def shared_scale(self, gain: float) -> float:
        """How much of the shared error a model has that is better by `gain`."""
        if self.kind == "squared error":
            return math.sqrt(max(0.0, 1 - gain))
        # The mean of |error| is sqrt(2/pi) times its standard deviation.
        total = math.sqrt(1 + OWN_ERROR**2) - gain / math.sqrt(2 / math.pi)
        return math.sqrt(max(0.0, total**2 - OWN_ERROR**2))

    def can_have(self, gain: float) -> bool:
        """Whether a model can be better by that much."""
        if self.kind in ("squared error", "absolute error"):
            return self.shared_scale(gain) > 0
        return self._as_accuracy(gain) < 1 - self.score

    def _as_accuracy(self, gain: float) -> float:
        """The share of examples that has to become right for a gain of the metric."""
        return gain / GRADED if self.kind == "grades" else gain

    def draw_challenger(
        self, champion: NDArray[np.float64], gain: float, random: Random
    ) -> NDArray[np.float64]:
        """Returns what another model does, whose true score is better by `gain`."""
        if self.kind in ("squared error", "absolute error"):
            own = random.normal(size=self.n) * OWN_ERROR
            return np.column_stack([champion[:, 0] * self.shared_scale(gain), own])
        gain = self._as_accuracy(gain)
        share = max(self.disagreement, abs(gain))
        right = champion[:, 0] == 1
        mends = random.random(self.n) < (share + gain) / 2 / (1 - self.score)
        breaks = random.random(self.n) < (share - gain) / 2 / self.score
        is_right = np.where(right, ~breaks, mends)
        return np.column_stack([is_right, champion[:, 1]]).astype(np.float64)

    def evaluate(self, model: NDArray[np.float64]) -> Evaluation:
        """Returns the evaluation of a model, as `poe gate` gets it."""
        if self.kind == "f1":
            return self._evaluate_f1(model)
        if self.kind == "squared error":
            scores = 1 - (model[:, 0] + model[:, 1]) ** 2
        elif self.kind == "absolute error":
            scores = -np.abs(model[:, 0] + model[:, 1])
        elif self.kind == "grades":  # some have two parts, one of them right
            scores = np.where(model[:, 1] == 1, (model[:, 0] + 1) / 2, model[:, 0])
        else:
            scores = model[:, 0]
        metric = self.kind.replace(" ", "_")
        score = float(scores.mean())
        return Evaluation({metric: score}, metric, _mean, scores, scores, scores)

    def _evaluate_f1(self, model: NDArray[np.float64]) -> Evaluation:
        y_true = model[:, 1] == 1
        y_pred = np.where(model[:, 0] == 1, y_true, ~y_true)
        return Evaluation({"f1": _f1(y_true, y_pred)}, "f1", _f1, y_true, y_pred)


def _mean(_: object, outputs: NDArray[np.float64]) -> float:
    """The metric of these worlds: their outputs are the scores of the examples."""
    return float(outputs.mean())


def _f1(y_true: NDArray[np.bool_], y_pred: NDArray[np.bool_]) -> float:
    hits = np.count_nonzero(y_true & y_pred)
    total = np.count_nonzero(y_true) + np.count_nonzero(y_pred)
    return float(2 * hits / total) if total else 0.0


Choose = Callable[["Year"], NDArray[np.float64]]


@dataclass
class Year:
    """A year at the gate: one frozen sample, a challenger each week."""

    world: World
    settings: GateSettings
    random: Random
    gain: float = 0.0  # true difference of every challenger

    def __post_init__(self) -> None:
        """Draws the frozen sample."""
        self.champion = self.world.draw_champion(self.random)
        self.best = self.champion  # of a hill climber
        self.verdict: Verdict | None = None  # of the last look
        self.seen: float | None = None  # the difference that the last accepted step showed

    def draw(self) -> NDArray[np.float64]:
        """Returns another model."""
        return self.world.draw_challenger(self.champion, self.gain, self.random)

    def score(self, model: NDArray[np.float64]) -> float:
        """Returns what the holdout says about a model, which no one should use to choose."""
        evaluation = self.world.evaluate(model)
        return evaluation.metrics[evaluation.primary_metric]

    def has_false_promotion(self, choose: Choose) -> bool:
        """Whether a challenger was promoted in one of the weeks."""
        budget = make_budget(self.settings)
        champion = self.world.evaluate(self.champion)
        while budget.looks_left:
            challenger = self.world.evaluate(choose(self))
            self.verdict = decide(champion, challenger, self.settings, budget)
            if self.verdict.name == "promote":
                return True
            budget = budget.spend()
        return False


def make_budget(settings: GateSettings) -> Budget:
    """Returns a whole year."""
    primary = settings.primary
    return Budget(
        alpha=primary.alpha_per_year,
        looks_planned=primary.looks_per_year,
        looks_used=0,
        looks_this_year=0,
    )


def choose_any(year: Year) -> NDArray[np.float64]:
    """A new model each week."""
    return year.draw()


def choose_best(year: Year) -> NDArray[np.float64]:
    """The best on the holdout of as many candidates as gate.yaml allows for."""
    count = year.settings.primary.candidates_per_look
    candidates = [year.draw() for _ in range(count)]
    return max(candidates, key=year.score)


def climb(year: Year) -> NDArray[np.float64]:
    """Changes last week's model in a part of the examples, and keeps what the gate liked.

    What the gate does not show cannot be climbed: a step without a number is kept.
    """
    last = getattr(year, "proposed", None)
    if last is not None and year.verdict is not None:
        comparison = year.verdict.comparison
        shown = comparison.difference if comparison else None
        if shown is None:
            is_liked = year.verdict.reason.find("worse") < 0
        else:
            is_liked = year.seen is None or shown > year.seen
        if is_liked:
            year.best = last
            year.seen = shown
    changed = year.draw()
    is_new = year.random.random(year.world.n) < MUTATION
    proposed = np.where(is_new[:, np.newaxis], changed, year.best)
    year.proposed = proposed  # type: ignore[attr-defined]  # state of this way to choose alone
    return proposed


def measure_false_promotions(
    world: World,
    settings: GateSettings,
    choose: Choose,
    years: int,
    *,
    gain: float = 0.0,
    seed: int = 0,
) -> float:
    """Returns the share of years with at least one promotion."""
    count = 0
    for number in range(years):
        random = np.random.default_rng([seed, number])
        year = Year(world, settings, random, gain)
        count += year.has_false_promotion(choose)
    return count / years


def measure_power(
    world: World, settings: GateSettings, gain: float, trials: int, seed: int = 1
) -> float:
    """Returns the share of single looks that promote a challenger with this true gain."""
    budget = make_budget(settings)
    count = 0
    for number in range(trials):
        random = np.random.default_rng([seed, number])
        champion = world.draw_champion(random)
        challenger = world.draw_challenger(champion, gain, random)
        verdict = decide(world.evaluate(champion), world.evaluate(challenger), settings, budget)
        count += verdict.name == "promote"
    return count / trials


def make_design(world: World, gain: float = 0.0, seed: int = 2) -> Design:
    """Returns what a comparison in this world can see, from a large sample."""
    if world.kind == "accuracy":
        return Design(world.n, world.disagreement**0.5, True)
    random = np.random.default_rng(seed)
    large = replace(world, n=200_000)
    champion = large.draw_champion(random)
    challenger = large.draw_challenger(champion, gain, random)
    pairs = (large.evaluate(champion).scores, large.evaluate(challenger).scores)
    if pairs[0] is None or pairs[1] is None:
        raise ValueError(f"{world.kind} has no score for each example")
    return Design(world.n, float((pairs[1] - pairs[0]).std()), False)


def find_gain(world: World, alpha: float) -> float | None:
    """Returns the gain that the gate would print for two models that differ by it."""
    gain: float | None = 0.0
    for _ in range(ROUNDS):
        if gain is None:
            return None
        gain = find_visible_gain(make_design(world, gain), alpha)
    return gain


@dataclass(frozen=True)
class Row:
    """The error rates in one world."""

    world: World
    equal: float
    best_of_several: float
    climbed: float
    worse: float
    visible_gain: float | None
    found: float | None  # share of trials in which that gain was promoted


def measure(world: World, settings: GateSettings, years: int) -> Row:
    """Returns all error rates in one world."""
    gain = None
    found = None
    if world.kind != "f1":
        gain = find_gain(world, settings.primary.alpha_per_look)
    if gain is not None and world.can_have(gain):
        found = measure_power(world, settings, gain, trials=years)
    return Row(
        world=world,
        equal=measure_false_promotions(world, settings, choose_any, years),
        best_of_several=measure_false_promotions(world, settings, choose_best, years),
        climbed=measure_false_promotions(world, settings, climb, years),
        worse=measure_false_promotions(world, settings, choose_any, years, gain=WORSE),
        visible_gain=gain,
        found=found,
    )


WORLDS = (
    World("accuracy", 60),
    World("accuracy", 360),
    World("accuracy", 1_000),
    World("accuracy", 360, score=0.6, disagreement=0.3),
    World("grades", 60),
    World("grades", 360),
    World("squared error", 60),
    World("squared error", 360),
    World("squared error", 1_000),
    World("absolute error", 360),
)


def make_head(years: int) -> list[str]:
    """Returns the first lines of a Markdown table."""
    return [
        f"Share of {years:,} simulated years with a promotion, one challenger each week:",
        "",
        "| metric | examples | equal | best of several | climbed | 3 points worse "
        "| visible gain | found |",
        "|---|---|---|---|---|---|---|---|",
    ]


def format_row(row: Row) -> str:
    """Returns a row of the table."""
    gain = "none" if row.visible_gain is None else f"{row.visible_gain:.3f}"
    found = "not simulated" if row.found is None else f"{row.found:.1%}"
    world = row.world
    return (
        f"| {world.kind} | {world.n:,} | {row.equal:.1%} | {row.best_of_several:.1%} "
        f"| {row.climbed:.1%} | {row.worse:.1%} | {gain} | {found} |"
    )
