"""The tests of the gate are exact where they say so, and its operating curve is what happens."""

import numpy as np
import pytest
from scipy import stats

from churn.mlops.gate import paired, power, simulate
from churn.mlops.gate.paired import pair
from churn.mlops.gate.power import Design
from churn.mlops.gate.settings import GateSettings
from churn.mlops.gate.worlds import World
from churn.mlops.project import Evaluation

ALPHA = GateSettings().primary.alpha_per_look
TWO_POINTS = 0.02


def evaluate(scores: list[float]) -> Evaluation:
    values = np.array(scores, dtype=float)
    return Evaluation({"score": float(values.mean())}, "score", max, values, values, values)


def evaluate_rank(outputs: np.ndarray, y_true: np.ndarray) -> Evaluation:
    """A metric that is no mean: the correlation of outputs and targets."""

    def compute(targets: np.ndarray, values: np.ndarray) -> float:
        return float(np.corrcoef(targets, values)[0, 1])

    score = compute(y_true, outputs)
    return Evaluation({"correlation": score}, "correlation", compute, y_true, outputs)


def test_mcnemar_is_the_binomial_test_of_the_disagreements() -> None:
    champion = evaluate([1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1])
    challenger = evaluate([0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1])
    found = pair(champion, challenger)
    assert found.test == "exact McNemar"
    assert found.disagreements == 8
    expected = stats.binomtest(7, 8, 0.5, alternative="greater").pvalue
    assert paired.find_p_value(found) == pytest.approx(expected)


def test_equal_models_are_neither_better_nor_worse() -> None:
    scores = [1.0, 0.0] * 50
    found = pair(evaluate(scores), evaluate(scores))
    assert not paired.is_better(found, 0.5)
    assert not paired.is_worse(found, 0.5)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_clear_difference_is_found_by_the_bootstrap_in_its_direction(sign: int) -> None:
    random = np.random.default_rng(0)
    old = random.normal(size=200)
    new = old + sign * (0.5 + random.normal(size=200))
    found = pair(evaluate(list(old)), evaluate(list(new)))
    assert found.test == "paired bootstrap, BCa"
    assert paired.is_better(found, ALPHA) == (sign == 1)
    assert paired.is_worse(found, ALPHA) == (sign == -1)


def test_the_bound_of_the_bootstrap_is_that_of_scipy() -> None:
    differences = np.random.default_rng(1).exponential(size=80)
    found = pair(evaluate([0.0] * 80), evaluate(list(differences)))
    expected = stats.bootstrap(
        (differences,),
        np.mean,
        confidence_level=0.95,
        alternative="greater",
        rng=np.random.default_rng(5),
    ).confidence_interval.low
    assert paired.find_lower_bound(found, 0.05) == pytest.approx(expected, abs=0.02)


def test_a_metric_that_is_no_mean_is_compared_by_resampled_examples() -> None:
    random = np.random.default_rng(2)
    y_true = random.normal(size=120)
    bad = evaluate_rank(y_true + 3 * random.normal(size=120), y_true)
    good = evaluate_rank(y_true + 0.3 * random.normal(size=120), y_true)
    assert paired.is_better(pair(bad, good), 0.01)
    assert not paired.is_better(pair(good, bad), 0.01)


def test_rare_large_losses_do_not_pass_as_a_gain() -> None:
    """A little better nearly always, much worse rarely: on average no better."""
    wrong = 0
    trials = 400
    for seed in range(trials):
        random = np.random.default_rng(seed)
        differences = 1 - random.exponential(size=40)
        found = pair(evaluate([0.0] * 40), evaluate(list(differences)))
        wrong += paired.is_better(found, 0.01)
    assert wrong / trials < 0.03


@pytest.mark.parametrize("share", [0.5, 1.0, 1.4])
def test_the_operating_curve_of_mcnemar_is_what_the_gate_does(share: float) -> None:
    world = World("accuracy", 360)
    design = simulate.make_design(world)
    gain = share * (power.find_visible_gain(design, ALPHA) or 0.0)
    expected = power.find_power(design, gain, ALPHA)
    found = simulate.measure_power(world, GateSettings(), gain, trials=3_000)
    assert found == pytest.approx(expected, abs=TWO_POINTS)


def test_the_visible_gain_is_found_in_80_of_100_trials() -> None:
    for n in (60, 360, 1_000):
        design = Design(n, 0.1**0.5, True)
        gain = power.find_visible_gain(design, ALPHA)
        assert gain is not None
        assert power.find_power(design, gain, ALPHA) == pytest.approx(power.POWER, abs=0.01)


def test_ten_examples_see_no_gain_at_all() -> None:
    assert power.find_visible_gain(Design(10, 0.3, True), ALPHA) is None


@pytest.mark.parametrize("is_binary", [True, False])
def test_the_labels_needed_make_the_gain_visible(is_binary: bool) -> None:
    design = Design(100, 0.3, is_binary)
    labels = power.find_labels_needed(design, 0.02, ALPHA)
    assert power.find_power(design.with_examples(100 + labels), 0.02, ALPHA) >= power.POWER
    assert power.find_power(design.with_examples(100 + labels // 2), 0.02, ALPHA) < power.POWER
