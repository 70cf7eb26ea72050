"""The error rates of the gate, by short simulations; `poe gate --simulate` has the full tables."""

import numpy as np
import pytest
from scipy import stats

from nimble_package.mlops.gate import paired, power, simulate
from nimble_package.mlops.gate.paired import pair
from nimble_package.mlops.gate.power import Design
from nimble_package.mlops.gate.settings import GateSettings, PrimarySettings
from nimble_package.mlops.gate.worlds import World
from nimble_package.mlops.project import Evaluation

pytestmark = pytest.mark.slow

SETTINGS = GateSettings()
WORLD = World("accuracy", 360)
MAX_FALSE = 0.05  # of the years
NOISE = 0.03  # of a share of 100 years


def evaluate(scores: np.ndarray) -> Evaluation:
    return Evaluation({"score": float(scores.mean())}, "score", max, scores, scores, scores)


@pytest.mark.parametrize("choose", [simulate.choose_any, simulate.choose_best, simulate.climb])
def test_models_that_are_no_better_are_hardly_ever_promoted_in_a_year(
    choose: simulate.Choose,
) -> None:
    found = simulate.measure_false_promotions(WORLD, SETTINGS, choose, years=100)
    assert found <= MAX_FALSE + NOISE


def test_a_model_that_is_three_points_worse_is_not_promoted() -> None:
    found = simulate.measure_false_promotions(
        WORLD, SETTINGS, simulate.choose_any, years=100, gain=simulate.WORSE
    )
    assert found <= 0.01


def test_the_visible_gain_is_promoted() -> None:
    design = simulate.make_design(WORLD)
    gain = power.find_visible_gain(design, SETTINGS.primary.alpha_per_look)
    assert gain is not None
    found = simulate.measure_power(WORLD, SETTINGS, gain, trials=1_000)
    assert found >= power.POWER - NOISE


@pytest.mark.parametrize("kind", ["grades", "squared error", "absolute error", "f1", "macro f1"])
@pytest.mark.parametrize("choose", [simulate.choose_any, simulate.choose_best])
def test_equal_models_are_hardly_ever_promoted_by_60_examples(
    kind: str, choose: simulate.Choose
) -> None:
    found = simulate.measure_false_promotions(World(kind, 60), SETTINGS, choose, years=40)
    assert found <= MAX_FALSE + NOISE


def test_the_operating_curve_of_normal_differences_is_what_the_gate_does() -> None:
    """Student's t alone has an exact power, so only what the bootstraps refuse is simulated."""
    n, trials = 60, 300
    alpha = SETTINGS.primary.alpha_per_look
    design = Design(n, 1.0, is_binary=False)
    gain = 0.9 * (power.find_visible_gain(design, alpha) or 0.0)
    refused = 0
    for number in range(trials):
        random = np.random.default_rng([7, number])
        old = random.normal(size=n)
        found = pair(evaluate(old), evaluate(old + random.normal(size=n) + gain))
        if paired.find_t(found) >= paired.find_critical_t(n, alpha):
            refused += not paired.is_better(found, alpha)
    by_t = float(stats.nct.sf(paired.find_critical_t(n, alpha), n - 1, gain * n**0.5))
    assert power.find_power(design, gain, alpha) == pytest.approx(by_t - refused / trials, abs=0.02)


@pytest.mark.parametrize("world", [WORLD, World("squared error", 100)])
def test_testing_each_week_at_five_percent_promotes_in_most_years(world: World) -> None:
    """The simulation sees what it is for, also where the score of a champion is below a floor."""
    weekly = PrimarySettings(alpha_per_year=0.999, looks_per_year=20, candidates_per_look=1)
    found = simulate.measure_false_promotions(
        world, GateSettings(primary=weekly), simulate.choose_any, years=20
    )
    assert found > 0.3


def test_scores_that_are_shown_each_week_can_be_climbed() -> None:
    """Why undecided looks show no scores."""
    shown = GateSettings(primary=PrimarySettings(numbers="always"))
    found = simulate.measure_false_promotions(WORLD, shown, simulate.climb, years=60)
    assert found > MAX_FALSE + NOISE
