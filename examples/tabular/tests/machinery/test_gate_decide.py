"""The gate promotes what is better, keeps what is not, and says when it cannot tell."""

import numpy as np
import pytest

from churn.mlops.errors import UserError
from churn.mlops.gate.decide import decide
from churn.mlops.gate.decision import Budget, Verdict
from churn.mlops.gate.settings import (
    FloorSettings,
    GateSettings,
    GuardSettings,
)
from churn.mlops.gate.simulate import make_budget
from churn.mlops.project import BaselineScore, Evaluation

SETTINGS = GateSettings()


def evaluate(right: int, n: int = 200, towns: list[str] | None = None) -> Evaluation:
    """The first `right` of `n` examples are right."""
    scores = np.array([1.0] * right + [0.0] * (n - right))
    slices = {} if towns is None else {"town": towns}
    return Evaluation(
        {"accuracy": right / n}, "accuracy", max, scores, scores, scores, slices=slices
    )


def compare(
    champion: Evaluation | None,
    challenger: Evaluation,
    settings: GateSettings = SETTINGS,
    budget: Budget | None = None,
) -> Verdict:
    return decide(champion, challenger, settings, budget or make_budget(settings))


def test_a_better_model_is_promoted_with_its_numbers() -> None:
    verdict = compare(evaluate(120), evaluate(150))
    assert verdict.name == "promote"
    assert verdict.comparison is not None
    assert verdict.comparison.difference == pytest.approx(0.15)
    assert "0.7500 against 0.6000" in verdict.reason


def test_a_worse_model_is_not_promoted() -> None:
    verdict = compare(evaluate(150), evaluate(120))
    assert verdict.name == "keep"
    assert "the challenger is worse" in verdict.reason


def test_a_model_with_the_same_scores_is_not_promoted() -> None:
    assert compare(evaluate(150), evaluate(150)).name == "keep"


def test_an_undecided_look_says_how_many_labels_would_decide_and_shows_no_score() -> None:
    verdict = compare(evaluate(150), evaluate(153))
    assert verdict.name == "cannot tell"
    assert verdict.labels_needed is not None
    assert verdict.labels_needed > 500
    assert f"{verdict.labels_needed:,} more labelled examples" in verdict.reason
    assert verdict.comparison is not None
    assert verdict.comparison.difference is None
    assert verdict.comparison.challenger_score is None


def test_an_undecided_look_says_the_same_about_a_small_gain_and_a_small_loss() -> None:
    gain = compare(evaluate(150), evaluate(153))
    loss = compare(evaluate(153), evaluate(150))
    assert gain == loss


def test_a_holdout_that_would_have_shown_the_gain_keeps_the_champion() -> None:
    champion = evaluate(15_000, 20_000)
    scores = np.roll(champion.y_true, 300)  # 300 disagreements in each direction
    challenger = Evaluation({"accuracy": 0.75}, "accuracy", max, scores, scores, scores)
    verdict = compare(champion, challenger)
    assert verdict.name == "keep"
    assert "no gain was found" in verdict.reason


@pytest.mark.parametrize("used", [{"looks_used": 52}, {"looks_this_year": 52}])
def test_nothing_is_promoted_when_the_looks_are_spent(used: dict[str, int]) -> None:
    budget = make_budget(SETTINGS).model_copy(update=used)
    verdict = compare(evaluate(100), evaluate(200), budget=budget)
    assert verdict.name == "cannot tell"
    assert "are spent" in verdict.reason
    assert verdict.comparison is None


def test_the_last_planned_look_still_decides() -> None:
    budget = make_budget(SETTINGS).model_copy(update={"looks_used": 51, "looks_this_year": 51})
    assert compare(evaluate(100), evaluate(200), budget=budget).name == "promote"


def test_the_first_champion_needs_its_minimum_and_its_baselines() -> None:
    budget = make_budget(SETTINGS)
    baselines = {"baseline": BaselineScore(0.7, "the baseline")}
    good = decide(None, evaluate(150), SETTINGS, budget, baselines=baselines, min_score=0.6)
    assert good.name == "promote"
    low = decide(None, evaluate(150), SETTINGS, budget, baselines=baselines, min_score=0.8)
    assert low.name == "keep"
    assert "is below the minimum 0.8" in low.reason
    worse = decide(None, evaluate(130), SETTINGS, budget, baselines=baselines)
    assert worse.name == "keep"
    assert "no better than the baseline" in worse.reason


def test_a_floor_of_gate_yaml_replaces_that_of_config_yaml() -> None:
    settings = GateSettings(floors=FloorSettings(min_score=0.9))
    verdict = decide(evaluate(120), evaluate(150), settings, make_budget(settings), min_score=0.1)
    assert verdict.name == "keep"
    assert "is below the minimum 0.9" in verdict.reason


def test_a_slice_that_becomes_worse_refuses_a_better_model() -> None:
    towns = ["A"] * 100 + ["B"] * 100
    champion = evaluate(100, towns=towns)  # A right, B wrong
    scores = np.array([1.0] * 70 + [0.0] * 30 + [1.0] * 100)
    challenger = Evaluation(
        {"accuracy": 0.85}, "accuracy", max, scores, scores, scores, slices={"town": towns}
    )
    assert compare(champion, challenger).name == "promote"
    guarded = GateSettings(guards=GuardSettings(slices=("town",), margin=0.15))
    verdict = compare(champion, challenger, guarded)
    assert verdict.name == "keep"
    assert "slice town: A is worse by more than 0.15" in verdict.reason


def test_a_slice_that_may_be_worse_refuses_a_better_model_where_there_are_enough_examples() -> None:
    towns = ["A"] * 1_000 + ["B"] * 1_000
    champion = evaluate(1_000, 2_000, towns)
    scores = np.array([1.0] * 985 + [0.0] * 15 + [1.0] * 1_000)
    challenger = Evaluation(
        {"accuracy": 0.99}, "accuracy", max, scores, scores, scores, slices={"town": towns}
    )
    guarded = GateSettings(guards=GuardSettings(slices=("town",), margin=0.014))
    verdict = compare(champion, challenger, guarded)
    assert verdict.name == "keep"
    assert "slice town: A may be worse by 0.014" in verdict.reason


def test_a_slice_with_few_examples_cannot_refuse() -> None:
    towns = ["A"] * 5 + ["B"] * 195
    guarded = GateSettings(guards=GuardSettings(slices=("town",)))
    verdict = compare(evaluate(120, towns=towns), evaluate(160, towns=towns), guarded)
    small = next(check for check in verdict.checks if check.name == "slice town: A")
    assert small.passed is None
    assert "too few" in small.sentence


def test_an_unknown_slice_is_named() -> None:
    guarded = GateSettings(guards=GuardSettings(slices=("twon",)))
    towns = ["A"] * 200
    with pytest.raises(UserError, match=r'"twon".*Did you mean "town"'):
        compare(evaluate(100, towns=towns), evaluate(200, towns=towns), guarded)


def test_a_case_below_its_floor_refuses_a_better_model() -> None:
    settings = GateSettings(floors=FloorSettings(cases={"q200": 1.0}))
    names = [f"q{number + 1}" for number in range(200)]
    budget = make_budget(settings)
    verdict = decide(evaluate(100), evaluate(199), settings, budget, cases=names)
    assert verdict.name == "keep"
    assert 'the case "q200" is below the minimum 1' in verdict.reason


def test_five_examples_are_too_few_for_any_test() -> None:
    verdict = compare(evaluate(0, 5), evaluate(5, 5))
    assert verdict.name == "cannot tell"
    assert "too few for any test" in verdict.reason


def test_scores_that_are_not_numbers_are_never_promoted() -> None:
    good = evaluate(150)
    scores = np.full(200, np.nan)
    bad = Evaluation({"accuracy": np.nan}, "accuracy", max, scores, scores, scores)
    verdict = compare(good, bad)
    assert verdict.name == "keep"
    assert "of the challenger is not a number" in verdict.reason
    assert compare(None, bad).name == "keep"
    assert compare(bad, good).name == "cannot tell"


@pytest.mark.parametrize("n", [1, 2])
def test_one_or_two_examples_decide_nothing(n: int) -> None:
    scores = np.full(n, 0.5)
    middle = Evaluation({"r2": 0.5}, "r2", max, scores, scores, scores)
    assert compare(evaluate(0, n), middle).name == "cannot tell"
