"""A slice that fails is found behind a good average; features, costs and one input are shown."""

import contextlib
import dataclasses
import json
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from churn.adapters.analysis import ADAPTER
from churn.mlops.analysis import (
    child_run,
    explain,
    features,
    importance,
    slices,
    slicing,
)
from churn.mlops.analysis import (
    settings as analysis_settings,
)
from churn.mlops.analysis.settings import (
    SETTINGS,
    AnalysisSettings,
    Budget,
    Group,
    SliceSettings,
)
from churn.mlops.errors import UserError
from churn.mlops.files import save_json
from churn.mlops.project import Evaluation
from churn.mlops.run_links import RunLinks
from churn.project import PROJECT


@pytest.fixture(autouse=True)
def wanted(workspace: Path) -> AnalysisSettings:
    """An analysis.yaml that names no column, in the folder of the tests."""
    (workspace / SETTINGS).write_text("min_score: 0\n", encoding="utf-8")
    return analysis_settings.read()


def use_settings(monkeypatch: pytest.MonkeyPatch, chosen: AnalysisSettings) -> None:
    monkeypatch.setattr(analysis_settings, "read", lambda: chosen)


def evaluate_towns() -> Evaluation:
    """Forty examples: A is always right, B never, C has three examples, one has no town."""
    towns = ["A"] * 28 + ["B"] * 8 + ["C"] * 3 + [None]
    scores = np.array([1.0] * 28 + [0.0] * 8 + [1.0] * 4)
    days = [f"2024-01-{1 + number % 28:02}" for number in range(40)]
    return Evaluation(
        metrics={"accuracy": float(scores.mean())},
        primary_metric="accuracy",
        compute=lambda y_true, _: float(np.mean(y_true)),
        scores=scores,
        y_true=scores,
        outputs=scores,
        slices={"town": towns, "size": list(range(40)), "day": days},
    )


def test_a_failing_slice_is_found_behind_a_good_average() -> None:
    wanted = AnalysisSettings(min_score=0.5, min_samples=8, slices={"town": SliceSettings()})
    evaluation = evaluate_towns()
    found = {part.value: part for part in slicing.score_slices(evaluation, wanted)}
    assert evaluation.metrics["accuracy"] == 0.8
    assert not found["A"].is_below
    assert found["B"].is_below
    assert found["C"].min_score is None
    assert not found["C"].is_below
    assert found["(no value)"].samples == 1


def test_a_slice_can_have_a_min_score_of_its_own() -> None:
    own = {"town": SliceSettings(min_score=0.0)}
    wanted = AnalysisSettings(min_score=0.5, min_samples=8, slices=own)
    found = slicing.score_slices(evaluate_towns(), wanted)
    assert not any(part.is_below for part in found)


def test_a_slice_has_the_standard_error_of_its_score() -> None:
    scores = np.array([1.0, 0.0] * 50)
    columns = {"all": ["x"] * 100}
    wanted = AnalysisSettings(slices={"all": SliceSettings()})
    evaluation = replace_scores(evaluate_towns(), scores, columns)
    (found,) = slicing.score_slices(evaluation, wanted)
    assert found.standard_error == pytest.approx(0.05)
    (found,) = slicing.score_slices(dataclasses.replace(evaluation, scores=None), wanted)
    assert found.score == 0.5
    assert found.standard_error == pytest.approx(0.05, abs=0.01)  # by the bootstrap


def replace_scores(evaluation: Evaluation, scores: Any, slices: Any) -> Evaluation:
    """The evaluation with other scores, which are its targets as well."""
    return dataclasses.replace(
        evaluation,
        metrics={"accuracy": float(np.mean(scores))},
        scores=scores,
        y_true=scores,
        outputs=scores,
        slices=slices,
    )


def test_a_slice_where_the_metric_is_undefined_is_reported_and_cannot_fail() -> None:
    def spread(y_true: Any, _: Any) -> float:
        return float(np.mean(y_true)) if len(set(y_true)) > 1 else float("nan")

    scores = np.array([1.0, 0.0] * 20 + [1.0] * 20)
    columns = {"town": ["mixed"] * 40 + ["one class"] * 20}
    evaluation = replace_scores(evaluate_towns(), scores, columns)
    undefined = dataclasses.replace(evaluation, compute=spread, scores=None)
    wanted = AnalysisSettings(min_score=0.6, slices={"town": SliceSettings()})
    mixed, single = slicing.score_slices(undefined, wanted)
    assert mixed.is_below
    assert np.isnan(single.score)
    assert not single.is_below
    assert "undefined" in slices.format_limit(single)


@pytest.mark.parametrize(("max_gap", "status"), [(0.9, 1), (1.0, 0)])
def test_a_gap_above_max_gap_fails_where_no_slice_does(
    settings: Any, max_gap: float, status: int
) -> None:
    group = Group("town", max_gap)
    wanted = AnalysisSettings("", 0.0, 5, {"town": SliceSettings()}, group)
    assert slices.report_slices(settings, evaluate_towns(), wanted) == status
    found = json.loads((slices.FOLDER / "slices.json").read_text(encoding="utf-8"))
    assert not any(row["below"] for row in found["slices"])
    assert found["group"] == {"column": "town", "max_gap": max_gap, "gap": 1.0}


@pytest.mark.parametrize("column", ["size", "day"])
def test_bins_have_every_example_once(column: str) -> None:
    masks = slicing.divide(column, evaluate_towns().slices[column], bins=4)
    assert len(masks) == 4
    counts = sum(mask.astype(int) for mask in masks.values())
    assert np.all(counts == 1)


def test_bins_of_equal_and_missing_values_are_two_slices() -> None:
    masks = slicing.divide("x", [3, 3, None, float("nan")], bins=2)
    assert list(masks) == ["3 to 3", "(no value)"]


def test_the_gap_is_measured_between_values_with_enough_examples() -> None:
    group = Group("town", 0.5)
    gap = slicing.measure_gap(evaluate_towns(), AnalysisSettings(min_samples=5, group=group))
    assert gap is not None
    assert gap.size == 1.0
    assert slicing.measure_gap(evaluate_towns(), AnalysisSettings()) is None
    with pytest.raises(UserError, match="at least 2 are required"):
        slicing.measure_gap(evaluate_towns(), AnalysisSettings(min_samples=20, group=group))


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (AnalysisSettings(slices={"twon": SliceSettings()}), ["twon", 'Did you mean "town"']),
        (
            AnalysisSettings(slices={"town": SliceSettings(bins=2)}),
            ["town", "neither numbers nor dates"],
        ),
        (AnalysisSettings(slices={"size": SliceSettings()}), ["size", "40 values", "bins"]),
        (
            AnalysisSettings(slices={"town": SliceSettings()}, min_samples=99),
            ["min_samples", "none can fail"],
        ),
    ],
)
def test_settings_that_check_nothing_are_refused(
    wanted: AnalysisSettings, words: list[str]
) -> None:
    with pytest.raises(UserError) as error:
        slicing.score_slices(evaluate_towns(), wanted)
    assert all(word in str(error.value) for word in words), error.value


@pytest.mark.usefixtures("trained")
@pytest.mark.parametrize(("min_score", "status"), [(-1e6, 0), (2.0, 1)])
def test_the_saved_model_is_evaluated_slice_by_slice(
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    wanted: AnalysisSettings,
    min_score: float,
    status: int,
) -> None:
    evaluation = slices.evaluate(settings)
    columns = choose_columns(evaluation)
    chosen = dataclasses.replace(wanted, min_score=min_score, min_samples=1, slices=columns)
    use_settings(monkeypatch, chosen)
    assert slices.main([]) == status
    found = json.loads((slices.FOLDER / "slices.json").read_text(encoding="utf-8"))
    assert {row["column"] for row in found["slices"]} == set(columns)
    assert found["score"] == evaluation.metrics[evaluation.primary_metric]
    assert (slices.FOLDER / "slices.png").stat().st_size > 5_000


def choose_columns(evaluation: Evaluation) -> dict[str, SliceSettings]:
    """Every column that can be divided: a slice for each value, or two parts of a number."""
    found = {}
    for name, values in evaluation.slices.items():
        for how in (SliceSettings(), SliceSettings(bins=2)):
            with contextlib.suppress(UserError):
                slicing.divide(name, values, how.bins)
                found[name] = how
                break
    return found


@pytest.fixture
def few_features(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[str]:
    """The adapter with three features, so that the test is fast."""
    names = list(ADAPTER.features(settings, PROJECT.load_model(slices.MODEL)))[:3]
    adapter = dataclasses.replace(ADAPTER, features=lambda _config, _model: names)
    for module in (features, importance):
        monkeypatch.setattr(module, "ADAPTER", adapter)
    return names


@pytest.mark.usefixtures("trained")
def test_features_and_steps_are_measured(
    monkeypatch: pytest.MonkeyPatch,
    wanted: AnalysisSettings,
    few_features: list[str],
) -> None:
    use_settings(monkeypatch, dataclasses.replace(wanted, repeats=1))
    assert features.main([]) == 0
    found = json.loads((features.FOLDER / "features.json").read_text(encoding="utf-8"))
    assert set(found["importance"]) == set(few_features)
    assert all(milliseconds >= 0 for milliseconds in found["ms_per_1000"].values())
    assert (features.FOLDER / "importance.png").stat().st_size > 5_000


@pytest.mark.usefixtures("trained", "few_features")
def test_a_prediction_slower_than_its_budget_fails(
    monkeypatch: pytest.MonkeyPatch, wanted: AnalysisSettings
) -> None:
    budget = Budget(latency_ms=0.0)
    use_settings(monkeypatch, dataclasses.replace(wanted, repeats=1, budget=budget))
    assert features.main([]) == 1


@pytest.mark.usefixtures("trained")
def test_an_exchanged_feature_changes_outputs_and_its_own_value_does_not(
    settings: Any,
) -> None:
    model = PROJECT.load_model(slices.MODEL)
    inputs = PROJECT.inputs(PROJECT.load(settings, Path("data/prepared")).test)
    outputs = PROJECT.outputs(model, inputs)
    others = [inputs[index] for index in range(-1, len(inputs) - 1)]
    changed = False
    for feature in ADAPTER.features(settings, model):
        same = ADAPTER.exchange_feature(model, inputs, feature, inputs)
        assert is_close(same, outputs), feature
        changed = changed or not is_close(
            ADAPTER.exchange_feature(model, inputs, feature, others), outputs
        )
    assert changed


def is_close(outputs: Any, expected: Any) -> bool:
    if isinstance(expected, np.ndarray):
        return np.allclose(outputs, expected, atol=1e-4)
    return bool(outputs == expected)


def fake_project(scores: Any) -> SimpleNamespace:
    """A project whose inputs and outputs are numbers, and whose scores `scores` computes."""
    return SimpleNamespace(
        inputs=lambda examples: examples,
        outputs=lambda _model, inputs: inputs,
        evaluate=lambda _config, _examples, outputs, _directory: SimpleNamespace(
            metrics={"score": float(np.mean(scores(outputs)))},
            primary_metric="score",
            y_true=None,
            compute=lambda _y_true, outputs: float(np.mean(scores(outputs))),
        ),
    )


def test_a_feature_that_decides_is_important_and_one_that_does_not_is_not(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    examples = [number % 2 for number in range(200)]

    def exchange(_model: object, inputs: list[int], feature: str, others: list[int]) -> list[int]:
        return others if feature == "decides" else inputs

    def score(outputs: list[int]) -> Any:
        return np.equal(outputs, examples).astype(float)

    adapter = SimpleNamespace(
        features=lambda _config, _model: ["idle", "decides"],
        exchange_feature=exchange,
        open_exchange=None,
    )
    monkeypatch.setattr(importance, "ADAPTER", adapter)
    monkeypatch.setattr(importance, "PROJECT", fake_project(score))
    found = importance.measure_importance(settings, None, examples, repeats=3)
    assert list(found) == ["decides", "idle"]
    assert 0.3 < found["decides"].mean < 0.7
    assert found["idle"].mean == 0
    assert found["idle"].is_noise


def test_importance_is_the_same_for_the_same_seed(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    adapter = SimpleNamespace(
        features=lambda _config, _model: ["x"],
        exchange_feature=lambda _model, _inputs, _feature, others: others,
        open_exchange=None,
    )
    examples = list(range(50))
    monkeypatch.setattr(importance, "ADAPTER", adapter)
    monkeypatch.setattr(
        importance, "PROJECT", fake_project(lambda outputs: np.equal(outputs, examples))
    )
    first = importance.measure_importance(settings, None, examples, repeats=2)
    assert importance.measure_importance(settings, None, examples, repeats=2) == first


@pytest.fixture
def example(settings: Any, prepared: dict[str, Any], tmp_path: Path) -> str:
    """One input of `poe predict`, whatever the modality: a text, or a file of it."""
    assert prepared["counts"]
    one: Any = PROJECT.sample(settings, 1)[0]
    if isinstance(one, str):
        return one
    if isinstance(one, dict):
        import pandas as pd

        pd.DataFrame([one]).to_csv(tmp_path / "one.csv", index=False)
        return str(tmp_path / "one.csv")
    made = Path("data/prepared/example.png")
    if made.is_file():
        return str(made)
    audio: Any = settings
    import_module("soundfile").write(tmp_path / "one.wav", one, audio.features.sample_rate)
    return str(tmp_path / "one.wav")


@pytest.mark.usefixtures("trained")
def test_one_input_is_explained_in_the_same_way_each_time(
    capsys: pytest.CaptureFixture[str], example: str
) -> None:
    capsys.readouterr()
    assert explain.main([example]) == 0
    first = capsys.readouterr().out
    assert len(first.splitlines()) > 5
    assert explain.main([example]) == 0
    assert capsys.readouterr().out == first


@pytest.mark.usefixtures("trained")
@pytest.mark.parametrize("arguments", [["--row", "0", "x"], ["missing.csv"], [""]])
def test_what_cannot_be_explained_is_refused_in_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    capsys.readouterr()
    status = explain.main(arguments)
    err = capsys.readouterr().err
    # A modality that reads texts takes any text but the empty one.
    assert (status, err.count("\n")) in ((2, 1), (0, 0)), err


@pytest.mark.parametrize("change", ["min_scor: 1\n", "slices: { x: { bin: 3 } }\n"])
def test_an_unknown_key_in_analysis_yaml_is_refused(workspace: Path, change: str) -> None:
    path = workspace / SETTINGS
    text = path.read_text(encoding="utf-8")
    path.write_text(change, encoding="utf-8")
    with pytest.raises(UserError, match=r"min_scor|bin"):
        analysis_settings.read()
    path.write_text(text, encoding="utf-8")


class FakeRun:
    """A run of the tracker that keeps what is logged in it."""

    def __init__(self) -> None:
        self.links: RunLinks | None = None
        self.metrics: dict[str, float] = {}

    def __enter__(self) -> "FakeRun":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def log_metrics(self, metrics: dict[str, float]) -> None:
        self.metrics = metrics

    def log_files(self, *_: Path) -> None:
        pass


def test_the_analysis_is_a_child_of_the_run_that_trained_the_model(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any
) -> None:
    run = FakeRun()

    def start(_config: object, links: RunLinks, *, name: str, tags: dict[str, str]) -> FakeRun:
        assert name == f"{tmp_path.name} abc"
        assert tags["modality"]
        run.links = links
        return run

    monkeypatch.setattr(child_run.tracking, "start", start)
    monkeypatch.chdir(tmp_path)
    runtime = dataclasses.replace(settings.runtime, track=True)
    tracked = dataclasses.replace(settings, runtime=runtime)
    child_run.log_child_run(tracked, {"slice.Größe > 1": 0.5}, tmp_path)
    assert run.links is None
    save_json(Path("reports/manifest.json"), {"run_id": "abc"})
    child_run.log_child_run(tracked, {"slice.Größe > 1": 0.5}, tmp_path)
    assert run.links == RunLinks(parent="abc")
    assert run.metrics == {"slice.Größe _ 1": 0.5}
