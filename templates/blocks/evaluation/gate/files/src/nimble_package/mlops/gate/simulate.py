"""Measures the error rates of the gate: years of challengers, decided by the shipped function.

Every year has one frozen sample; worlds.py says how champion and challenger differ.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..project import Evaluation
from .decide import decide
from .decision import Budget, Verdict
from .power import Design, find_visible_gain
from .settings import FloorSettings, GateSettings, GuardSettings, PrimarySettings
from .worlds import CLASSES, METRICS, Random, World

WORSE = -0.03  # of a model that must hardly ever be promoted
ROUNDS = 8  # to find the visible gain where the spread depends on it
DRAWS = 2_000  # to find the spread of a metric that is no mean
MUTATION = 0.3  # share of its disagreements that a hill climber changes in a week
BROUGHT = 5  # models that are compared on the holdout, where the setting allows for one

Choose = Callable[["Year"], NDArray[np.float64]]


@dataclass
class Year:
    """A year at the gate: one frozen sample, a challenger each week."""

    world: World
    settings: GateSettings
    random: Random
    gain: float = 0.0  # true difference of every challenger
    brought: int | None = None  # how many are compared each week; None: as the settings allow

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
            self.verdict = decide_without_floors(champion, challenger, self.settings, budget)
            if self.verdict.name == "promote":
                return True
            budget = budget.spend()
        return False


def decide_without_floors(
    champion: Evaluation, challenger: Evaluation, settings: GateSettings, budget: Budget
) -> Verdict:
    """Decides by the tests alone: a floor would refuse a promotion that the tests allow."""
    floors = FloorSettings(min_score=-math.inf, beat_baselines=False)
    guards = GuardSettings()
    changed = settings.model_copy(update={"floors": floors, "guards": guards})
    return decide(champion, challenger, changed, budget)


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
    count = year.brought or year.settings.primary.candidates_per_look
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
    brought: int | None = None,
    seed: int = 0,
) -> float:
    """Returns the share of years with at least one promotion."""
    count = 0
    for number in range(years):
        random = np.random.default_rng([seed, number])
        year = Year(world, settings, random, gain, brought)
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
        champion, challenger = _draw_pair(world, gain, random)
        verdict = decide_without_floors(champion, challenger, settings, budget)
        count += verdict.name == "promote"
    return count / trials


@lru_cache(maxsize=100)
def make_design(world: World, gain: float = 0.0, seed: int = 2) -> Design:
    """Returns what a comparison in this world can see."""
    if world.kind == "accuracy":
        return Design(world.n, max(world.disagreement, gain) ** 0.5, True)
    random = np.random.default_rng(seed)
    large = replace(world, n=200_000)
    old, new = _draw_pair(large, gain, random)
    if old.scores is not None and new.scores is not None:
        return Design(world.n, float((new.scores - old.scores).std()), False)
    differences = []
    for _ in range(DRAWS):
        old, new = _draw_pair(world, gain, random)
        differences.append(new.metrics[new.primary_metric] - old.metrics[old.primary_metric])
    return Design(world.n, float(np.std(differences)) * world.n**0.5, False)


def _draw_pair(world: World, gain: float, random: Random) -> tuple[Evaluation, Evaluation]:
    champion = world.draw_champion(random)
    challenger = world.draw_challenger(champion, gain, random)
    return world.evaluate(champion), world.evaluate(challenger)


def find_gain(world: World, alpha: float) -> float | None:
    """Returns the gain that the gate would print for two models that differ by it."""
    gain: float | None = 0.0
    for _ in range(ROUNDS):
        if gain is None or not world.can_have(gain):
            return gain
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
    found = None
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
    World("accuracy", 360, disagreement=0.3),
    World("grades", 60),
    World("grades", 360),
    World("f1", 60),
    World("f1", 360),
    World("macro f1", 60),
    World("macro f1", 360),
    World("squared error", 60),
    World("squared error", 360),
    World("absolute error", 60),
    World("absolute error", 360),
    World("skewed", 60),
    World("skewed", 360),
)


def choose_worlds(
    metric: str | None, examples: int | None, disagreement: float | None
) -> list[World]:
    """Returns the worlds of the table, or the one that the options name."""
    if metric is None and examples is None and disagreement is None:
        return list(WORLDS)
    world = World(metric or METRICS[0], examples or 360)
    if disagreement is not None:
        world = replace(world, disagreement=disagreement)
    return [world]


def make_head(years: int) -> list[str]:
    """Returns the first lines of a Markdown table."""
    return [
        f"Share of {years:,} simulated years with a promotion, one challenger each week:",
        "",
        "| metric | examples | disagreement | equal | best of several | climbed "
        "| 3 points worse | visible gain | found |",
        "|---|---|---|---|---|---|---|---|---|",
    ]


def format_row(row: Row) -> str:
    """Returns a row of the table."""
    gain = "none" if row.visible_gain is None else f"{row.visible_gain:.3f}"
    world = row.world
    found = "not possible" if row.found is None else f"{row.found:.1%}"
    return (
        f"| {world.kind} | {world.n:,} | {_name_disagreement(world)} | {row.equal:.1%} "
        f"| {row.best_of_several:.1%} | {row.climbed:.1%} | {row.worse:.1%} | {gain} | {found} |"
    )


def _name_disagreement(world: World) -> str:
    return f"{world.disagreement:.0%}" if world.kind in CLASSES else "-"


@dataclass(frozen=True)
class Rule:
    """The gate without one of its protections."""

    sentence: str
    choose: Choose
    brought: int | None  # how many are compared each week; None: as the settings allow
    change: Callable[[PrimarySettings], dict[str, object]]  # the settings without the protection


RULES: Mapping[str, Rule] = {
    "candidates": Rule(
        f"candidates_per_look: 1, and the best of {BROUGHT} is brought",
        choose_best,
        BROUGHT,
        lambda _: {"candidates_per_look": 1},
    ),
    "hidden": Rule(
        "numbers: always, and the scores are climbed", climb, None, lambda _: {"numbers": "always"}
    ),
    "year": Rule(
        "each look at alpha_per_year, and one model is brought",
        choose_any,
        1,
        lambda primary: {
            "candidates_per_look": 1,
            "alpha_per_year": primary.alpha_per_year * primary.looks_per_year,
        },
    ),
}


def measure_rule(name: str, world: World, settings: GateSettings, years: int) -> float:
    """Returns the share of years with a promotion when a protection is missing."""
    rule = RULES[name]
    changed = settings.primary.model_copy(update=rule.change(settings.primary))
    return measure_false_promotions(
        world,
        settings.model_copy(update={"primary": changed}),
        rule.choose,
        years,
        brought=rule.brought,
    )
