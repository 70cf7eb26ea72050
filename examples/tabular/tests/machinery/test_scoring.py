"""The configured metric, the threshold, and the comparison with constant answers."""

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn import metrics as sklearn_metrics

from churn.mlops import comparison, decision, plots, scorers, scoring
from churn.mlops.comparison import Run
from churn.mlops.decision import Decision, choose_threshold, read_rule
from churn.mlops.errors import UserError
from churn.mlops.metric_settings import MetricSettings
from churn.mlops.metrics import classification_metrics, summarise

TWO = ["no", "yes"]
THREE = ["a", "b", "c"]


def draw(seed: int = 0, count: int = 600, weight: float = 1.0) -> tuple[NDArray[Any], NDArray[Any]]:
    """Targets with 18 % positives, and calibrated probabilities of a weak model."""
    random = np.random.default_rng(seed)
    logit = weight * random.normal(size=count) - 1.7
    probability = 1 / (1 + np.exp(-logit))
    y_true = (random.random(count) < probability).astype(int)
    return y_true, np.stack([1 - probability, probability], axis=1)


def make_run(seed: int, weight: float = 1.0) -> Run:
    y_train, _ = draw(seed + 100)
    y_true, y_prob = draw(seed, weight=weight)
    shares = np.tile([0.82, 0.18], (len(y_true), 1))
    return Run(y_train, y_true, y_prob, shares)


@pytest.fixture
def own_metrics() -> Iterator[ModuleType]:
    """A module `my_metrics` of this package."""
    name = f"{scorers.PACKAGE}.my_metrics"
    module = ModuleType(name)

    def profit(y_true: NDArray[Any], y_pred: NDArray[Any]) -> float:
        return float((10 * y_true * y_pred - 1 * y_pred).sum())

    def brier(y_true: NDArray[Any], y_prob: NDArray[Any]) -> float:
        return -float(((y_true - y_prob) ** 2).mean())

    def fail(y_true: NDArray[Any], y_pred: NDArray[Any]) -> float:
        raise ZeroDivisionError(f"no {len(y_true) - len(y_pred)}")

    def undefined(y_true: NDArray[Any], y_pred: NDArray[Any]) -> float:
        return float("nan") if len(y_true) == len(y_pred) else 0.0

    def other(y: NDArray[Any], x: NDArray[Any]) -> float:
        return float(y[0] + x[0])

    def cost(y_true: NDArray[Any], y_pred: NDArray[Any]) -> float:
        return float(np.abs(y_true - y_pred).sum())

    def neg_cost(y_true: NDArray[Any], y_pred: NDArray[Any]) -> float:
        return -cost(y_true, y_pred)

    for function in (profit, brier, fail, undefined, other, cost, neg_cost):
        setattr(module, function.__name__, function)
    sys.modules[name] = module
    yield module
    del sys.modules[name]


def score(metric: str, y_true: Any, outputs: Any, classes: list[str], **settings: Any) -> float:
    """The metric of outputs at the configured threshold."""
    wanted = MetricSettings(metric=metric, **settings)
    return scoring.make(wanted, classes, y_true).compute(y_true, outputs)


def test_every_listed_metric_is_a_scorer_of_scikit_learn() -> None:
    known = set(sklearn_metrics.get_scorer_names())
    listed = {*scorers.CLASSES, *scorers.TWO_CLASSES, *scorers.MORE_CLASSES, *scorers.REGRESSION}
    assert listed <= known
    for_clusters = {name for name in known - listed if "sample" not in name}
    assert all("neg_" not in name for name in for_clusters), for_clusters


@pytest.mark.parametrize("metric", [*scorers.CLASSES, *scorers.TWO_CLASSES])
def test_every_metric_for_two_classes_prefers_good_outputs_to_wrong_ones(metric: str) -> None:
    y_true, y_prob = draw(weight=6)
    for positive in TWO:
        good = score(metric, y_true, y_prob, TWO, positive=positive)
        wrong = score(metric, y_true, y_prob[:, ::-1], TWO, positive=positive)
        assert good > wrong, positive


@pytest.mark.parametrize("metric", [*scorers.CLASSES, *scorers.MORE_CLASSES])
def test_every_metric_for_more_classes_prefers_good_outputs_to_wrong_ones(metric: str) -> None:
    y_true = np.arange(90) % 3
    y_prob = np.full((90, 3), 0.2)
    y_prob[np.arange(90), y_true] = 0.6
    assert score(metric, y_true, y_prob, THREE) > score(metric, y_true, y_prob[:, ::-1], THREE)


@pytest.mark.parametrize("metric", scorers.REGRESSION)
def test_every_metric_for_values_prefers_good_outputs_to_wrong_ones(metric: str) -> None:
    values = np.linspace(1, 2, 50)
    assert score(metric, values, values * 1.05, []) > score(metric, values, values * 1.9, [])


def test_metrics_are_those_of_scikit_learn() -> None:
    y_true, y_prob = draw()
    y_pred = (y_prob[:, 1] >= 0.3).astype(int)
    expected = {
        "roc_auc": sklearn_metrics.roc_auc_score(y_true, y_prob[:, 1]),
        "average_precision": sklearn_metrics.average_precision_score(y_true, y_prob[:, 1]),
        "neg_log_loss": -sklearn_metrics.log_loss(y_true, y_prob),
        "f1": sklearn_metrics.f1_score(y_true, y_pred),
        "balanced_accuracy": sklearn_metrics.balanced_accuracy_score(y_true, y_pred),
    }
    chosen = Decision(positive=1, threshold=0.3)
    for name, value in expected.items():
        found = scoring.Scoring(name, TWO, chosen).compute(y_true, y_prob)
        assert found == pytest.approx(value), name
    measured = scoring.Scoring("f1", TWO, chosen).measure(y_true, y_prob)
    assert next(iter(measured)) == "f1"
    assert measured["recall"] == sklearn_metrics.recall_score(y_true, y_pred)
    assert measured["threshold"] == 0.3
    assert {"accuracy", "roc_auc", "average_precision", "calibration_error"} <= measured.keys()


@pytest.mark.parametrize(
    ("metric", "classes", "words"),
    [
        ("acuracy", TWO, ["acuracy", 'Did you mean "accuracy"', "roc_auc", "module:function"]),
        ("r2", TWO, ["r2", "a metric for a regression", "Allowed: accuracy"]),
        ("roc_auc", [], ["roc_auc", "a metric for classes", "Allowed: r2"]),
        ("rand_score", TWO, ["rand_score", "Allowed: accuracy"]),
        ("f1", THREE, ["f1", "needs two classes", "has 3", "f1_macro", "module:function"]),
        ("top_k_accuracy", TWO, ["top_k_accuracy", "more than two classes", "roc_auc"]),
        ("nowhere:profit", TWO, ["nowhere:profit", "there is no module", "nowhere.py"]),
        ("my_metrics:profits", TWO, ["no such function", 'Did you mean "profit"']),
        ("my_metrics:other", TWO, ["other(y_true, y_pred)", "other(y_true, y_prob)"]),
        ("my_metrics:fail", TWO, ["my_metrics:fail", "ZeroDivisionError: no 0", "line"]),
        ("my_metrics:undefined", TWO, ["my_metrics:undefined", "nan", "not a number"]),
    ],
)
@pytest.mark.usefixtures("own_metrics")
def test_a_wrong_metric_is_refused_with_the_allowed_ones(
    metric: str, classes: list[str], words: list[str]
) -> None:
    y_true, y_prob = draw(count=30)
    with pytest.raises(UserError) as error:
        score(metric, y_true, y_prob, classes)
    assert all(word in str(error.value) for word in words), error.value
    assert "\n" not in str(error.value)


@pytest.mark.usefixtures("own_metrics")
@pytest.mark.parametrize("classes", [TWO, THREE, []])
def test_a_function_that_gives_most_to_wrong_predictions_is_refused(classes: list[str]) -> None:
    y_true = np.arange(30) % 3 if len(classes) == 3 else np.arange(30) % 2
    targets = y_true if classes else y_true.astype(float)
    with pytest.raises(UserError, match=r'"my_metrics:cost", which returned 0 for .* all right'):
        scoring.make(MetricSettings(metric="my_metrics:cost"), classes, targets)
    for name in ("neg_cost", "undefined"):  # of what cannot be computed nothing is known
        scoring.make(MetricSettings(metric=f"my_metrics:{name}"), classes, targets)


@pytest.mark.usefixtures("own_metrics")
def test_a_function_of_ones_own_gets_classes_or_probabilities_of_the_positive_class() -> None:
    y_true = np.array([0, 0, 1, 1])
    y_prob = np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8], [0.7, 0.3]])
    assert score("my_metrics:profit", y_true, y_prob, TWO, positive="yes") == 8
    assert score("my_metrics:profit", y_true, y_prob, TWO, positive="no") == 8
    lower = scoring.Scoring("my_metrics:profit", TWO, Decision(positive=1, threshold=0.3))
    assert lower.compute(y_true, y_prob) == 17
    assert lower.primary_metric == "profit"
    assert score("my_metrics:brier", y_true, y_prob, TWO) == pytest.approx(-0.225 + 0.05, abs=0.1)


def test_a_class_without_examples_has_no_f1() -> None:
    y_prob = np.array([[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.1, 0.1, 0.8]])
    found = classification_metrics(np.array([0, 1, 1]), y_prob, ["a", "b", "rare"])
    assert {name for name in found if name.startswith("f1.")} == {"f1.a", "f1.b"}
    assert found["f1.b"] == pytest.approx(2 / 3)


def test_a_metric_of_a_single_class_is_undefined() -> None:
    y_true, y_prob = draw(count=20)
    chosen = scoring.make(MetricSettings(metric="roc_auc"), TWO, y_true)
    with pytest.raises(UserError, match='"roc_auc", which is undefined for these 20 examples'):
        chosen.measure(np.zeros(20, dtype=int), y_prob)
    accuracy = scoring.make(MetricSettings(), TWO, y_true)
    assert "roc_auc" not in accuracy.measure(np.zeros(20, dtype=int), y_prob)


@pytest.mark.parametrize(
    ("threshold", "kind", "value"),
    [
        (0.3, "number", 0.3),
        ("recall>=0.9", "recall", 0.9),
        ("precision >= 0.8", "precision", 0.8),
        ("cost_ratio=5", "cost_ratio", 5),
    ],
)
def test_a_threshold_is_a_number_or_a_requirement(
    threshold: float | str, kind: str, value: float
) -> None:
    rule = read_rule(threshold)
    assert (rule.kind, rule.value) == (kind, value)


@pytest.mark.parametrize(
    "threshold",
    [0.0, 1.0, -0.1, "recall", "recal>=0.9", "recall>=1.1", "cost_ratio=0", "recall=0.9", ""],
)
def test_a_wrong_threshold_is_refused_with_the_allowed_forms(threshold: float | str) -> None:
    with pytest.raises(UserError, match=r"evaluate.threshold.*Allowed: a number between 0 and 1"):
        read_rule(threshold)


@pytest.mark.parametrize("required", [0.5, 0.9, 1.0])
def test_a_threshold_reaches_the_required_recall_with_the_fewest_false_alarms(
    required: float,
) -> None:
    y_true, y_prob = draw()
    is_positive = y_true == 1
    threshold = choose_threshold(read_rule(f"recall>={required}"), is_positive, y_prob[:, 1])
    recall = (y_prob[is_positive, 1] >= threshold).mean()
    assert recall >= required
    higher = y_prob[:, 1][y_prob[:, 1] >= threshold].min() + 1e-9
    assert (y_prob[is_positive, 1] >= higher).mean() < required
    rounded = y_prob[:, 1].astype(np.float32)
    assert (rounded[is_positive] >= threshold).mean() == recall


def test_a_threshold_reaches_the_required_precision_and_finds_most() -> None:
    y_true, y_prob = draw(weight=3)
    is_positive = y_true == 1
    threshold = choose_threshold(read_rule("precision>=0.8"), is_positive, y_prob[:, 1])
    answered = y_prob[:, 1] >= threshold
    assert is_positive[answered].mean() >= 0.8
    for lower in np.unique(y_prob[:, 1][~answered]):
        assert is_positive[y_prob[:, 1] >= lower].mean() < 0.8
    with pytest.raises(UserError, match=r"precision>=0.9, but the highest precision .* is 0\.50"):
        choose_threshold(read_rule("precision>=0.9"), np.array([True, False]), np.array([0.5, 0.5]))


def test_a_threshold_for_a_cost_ratio_has_the_lowest_cost() -> None:
    y_true, y_prob = draw()
    is_positive = y_true == 1

    def cost(threshold: float) -> float:
        answered = y_prob[:, 1] >= threshold
        return float(5 * (is_positive & ~answered).sum() + (~is_positive & answered).sum())

    threshold = choose_threshold(read_rule("cost_ratio=5"), is_positive, y_prob[:, 1])
    assert cost(threshold) == min(cost(value) for value in [*y_prob[:, 1], 1.1])
    never = choose_threshold(read_rule("cost_ratio=0.1"), np.array([True, False]), np.ones(2))
    assert never > 1


def test_the_rarer_class_is_the_positive_one_unless_another_is_named() -> None:
    y_train = np.array([0, 0, 1])
    assert decision.find_positive(MetricSettings(), TWO, y_train) == 1
    assert decision.find_positive(MetricSettings(), TWO, 1 - y_train) == 0
    assert decision.find_positive(MetricSettings(positive="no"), TWO, y_train) == 0
    assert decision.find_positive(MetricSettings(positive=True), TWO, y_train) == 1  # YAML: yes
    assert decision.find_positive(MetricSettings(positive=0), ["0", "1"], y_train) == 0
    with pytest.raises(UserError, match=r'"yess". Did you mean "yes"\? Allowed: no, yes'):
        decision.find_positive(MetricSettings(positive="yess"), TWO, y_train)
    for settings in (MetricSettings(positive="a"), MetricSettings(threshold=0.4)):
        with pytest.raises(UserError, match="needs two classes, and the target has 3 classes"):
            decision.find_positive(settings, THREE, y_train)


def test_a_decision_is_saved_with_the_model(tmp_path: Path) -> None:
    chosen = Decision(positive=0, threshold=0.2, rule="recall>=0.9", baseline_threshold=0.3)
    decision.save(chosen, tmp_path)
    assert decision.read(tmp_path) == chosen
    y_prob = np.array([[0.25, 0.75], [0.1, 0.9]])
    assert chosen.classify(y_prob).tolist() == [0, 1]
    assert int(chosen.classify(y_prob[0])) == 0
    assert decision.read(tmp_path / "nothing").classify(y_prob).tolist() == [1, 1]


def test_a_threshold_is_chosen_on_the_named_runs_and_holds_for_all() -> None:
    runs = [make_run(seed) for seed in range(3)]
    settings = MetricSettings(metric="roc_auc", threshold="recall>=0.9")
    found = comparison.compare(settings, TWO, runs, decide_on=runs[:1])
    chosen = found.scoring.decision
    is_positive = runs[0].y_true == 1
    expected = choose_threshold(read_rule("recall>=0.9"), is_positive, runs[0].outputs[:, 1])
    assert chosen.threshold == expected
    assert found.metrics["model.threshold"] == expected
    assert found.metrics["baseline.recall"] == 1.0
    assert chosen.baseline_threshold < 0.18


def test_always_no_is_named_when_a_model_is_no_better() -> None:
    """18 % positives and a weak signal: accuracy cannot tell the model from a constant answer."""
    runs = [make_run(seed, weight=0.1) for seed in range(5)]
    found = comparison.compare(MetricSettings(), TWO, runs, decide_on=runs)
    assert found.baselines["constant"] == 'always answering "no"'
    assert found.metrics["model.accuracy"] <= found.metrics["constant.accuracy"]
    assert found.metrics["constant.roc_auc"] == 0.5
    runs = [make_run(seed, weight=3) for seed in range(5)]
    found = comparison.compare(MetricSettings(metric="f1"), TWO, runs, decide_on=runs)
    assert found.baselines["constant"] == 'always answering "yes"'  # the better one for the F1
    assert found.metrics["model.f1"] > found.metrics["constant.f1"] > 0.2


def test_the_best_constant_depends_on_the_metric() -> None:
    values = np.array([1.0, 1.0, 1.0, 2.0, 10.0])
    mean = scoring.make(MetricSettings(), [])
    median = scoring.make(MetricSettings(metric="neg_mean_absolute_error"), [])
    assert "mean" in comparison.find_best_constant(mean, [(values, values)]).description
    assert "median" in comparison.find_best_constant(median, [(values, values)]).description
    y_true, _ = draw()
    shares = scoring.make(MetricSettings(metric="neg_log_loss"), TWO, y_true)
    assert "shares" in comparison.find_best_constant(shares, [(y_true, y_true)]).description
    scores = comparison.score_baselines(mean, values, values, values)
    assert scores["constant"].score == pytest.approx(0)
    assert scores["baseline"].score == 1


def test_scores_of_examples_average_to_the_metric_or_are_missing() -> None:
    y_true, y_prob = draw()
    for name in ("accuracy", "roc_auc"):
        chosen = scoring.make(MetricSettings(metric=name), TWO, y_true)
        evaluation = chosen.evaluate(y_true, y_prob, {})
        assert (evaluation.scores is None) == (name == "roc_auc")
        part = np.arange(100)
        expected = chosen.compute(y_true[:100], y_prob[:100])
        assert evaluation.score_part(part) == pytest.approx(expected)
    values = np.random.default_rng(0).normal(size=50)
    for name in ("r2", "neg_mean_absolute_error"):
        chosen = scoring.make(MetricSettings(metric=name), [])
        each = chosen.compute_each(values, values * 0.9)
        assert each is not None
        assert each.mean() == pytest.approx(chosen.compute(values, values * 0.9))


def test_confusion_and_calibration_are_drawn(tmp_path: Path) -> None:
    y_true, y_prob = draw()
    chosen = scoring.make(MetricSettings(threshold=0.2), TWO, y_true)
    plots.plot_outputs(tmp_path, y_true, y_prob, chosen, "_test")
    for name in ("confusion_test.png", "calibration_test.png"):
        assert (tmp_path / name).stat().st_size > 5_000


def test_one_run_has_no_spread_and_several_have_one() -> None:
    one = summarise("model", [{"accuracy": 0.5}])
    assert one == {"model.accuracy": 0.5}
    two = summarise("model", [{"accuracy": 0.5}, {"accuracy": 0.7}])
    assert two == pytest.approx({"model.accuracy": 0.6, "model.accuracy_std": 0.1})
