"""The contract of project.py, which pipelines, gates, serving and monitoring rely on."""

import dataclasses
import json
import math
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from churn.mlops import saved_code
from churn.mlops.commands import data, evaluate, predict, train
from churn.mlops.errors import UserError
from churn.mlops.evaluation import (
    evaluate_examples,
    evaluate_saved,
    run_evaluation,
    score_baselines,
)
from churn.mlops.project import (
    MODEL,
    PREPARED,
    BaselineScore,
    Evaluation,
    Signature,
    TrainingPaths,
)
from churn.mlops.training import FinishedRun
from churn.mlops.verdict import Verdict
from churn.project import PROJECT

COMMANDS = [data, train, evaluate, predict]


@pytest.fixture(scope="module")
def model(trained: FinishedRun, workspace: Path) -> Any:
    """The trained model."""
    assert trained.metrics
    return PROJECT.load_model(workspace / MODEL)


@pytest.fixture
def splits(settings: Any, prepared: Mapping[str, Any]) -> Any:
    """The prepared data."""
    assert prepared
    return PROJECT.load(settings, PREPARED)


def as_json(value: Any) -> Any:
    return json.loads(json.dumps(value))


def outputs_are_equal(one: Any, two: Any) -> bool:
    if isinstance(one, np.ndarray):
        return bool(np.array_equal(one, np.asarray(two)))
    return as_json(list(one)) == as_json(list(two))


def test_settings_are_frozen_and_have_what_the_machinery_reads(settings: Any) -> None:
    assert settings.experiment
    assert isinstance(settings.evaluate.min_score, int | float)
    assert isinstance(settings.runtime.seed, int)
    assert settings.runtime.threads == 1
    assert settings.runtime.track is False
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.runtime.seed = 1


@pytest.mark.parametrize(
    ("override", "messages"),
    [
        ("runtime.sed=1", ["runtime.sed", "seed"]),
        ("runtim.seed=1", ["runtim", "runtime"]),
        ("runtime.seed=many", ["runtime.seed", "many", "integer"]),
        ("runtime.seed", ["runtime.seed", "section.key=value"]),
        ("runtime.seed=[", ["runtime.seed", "YAML"]),
        ("experiment.name=x", ["experiment.name", "is not a setting"]),
    ],
)
def test_a_wrong_setting_is_refused_by_name(override: str, messages: Sequence[str]) -> None:
    with pytest.raises(UserError) as error:
        PROJECT.load_config(Path("config.yaml"), [override])
    assert all(message in str(error.value) for message in messages), error.value


def test_a_configuration_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r'none.yaml" cannot be read'):
        PROJECT.load_config(tmp_path / "none.yaml", ())
    (tmp_path / "half.yaml").write_text("experiment: [", encoding="utf-8")
    with pytest.raises(UserError, match=r'half.yaml" is not valid YAML'):
        PROJECT.load_config(tmp_path / "half.yaml", ())


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_refuses_a_wrong_setting_in_one_line(
    command: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    inputs = ["nothing"] if command is predict else []
    assert command.main([*inputs, "--set", "runtime.sed=1"]) == 2
    out, err = capsys.readouterr()
    assert err.count("\n") == 1
    assert "seed" in err
    assert not out


def test_data_is_prepared_into_any_folder_and_only_once(settings: Any, tmp_path: Path) -> None:
    folder = tmp_path / "prepared"
    manifest = PROJECT.prepare(settings, folder)
    assert as_json(manifest) == json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert {"hash", "counts", "source", "licence"} <= manifest.keys()
    assert all(count > 0 for count in manifest["counts"].values())
    times = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    assert as_json(PROJECT.prepare(settings, folder)) == as_json(manifest)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == times
    splits = PROJECT.load(settings, folder)
    assert len(PROJECT.inputs(splits.test)) == manifest["counts"]["test"]


def test_the_configured_data_has_no_problems(settings: Any) -> None:
    assert PROJECT.check(settings) == []


def test_a_training_writes_model_plots_and_manifest(settings: Any, trained: FinishedRun) -> None:
    names = {name.removeprefix("model.") for name in trained.metrics if name.startswith("model.")}
    assert trained.primary_metric in names
    assert "." not in trained.primary_metric
    for prefix, description in trained.baselines.items():
        assert f"{prefix}.{trained.primary_metric}" in trained.metrics
        assert description
    assert trained.verdict.best
    assert trained.verdict.best.description in str(trained.verdict)
    assert any(name.endswith("_std") for name in names)
    assert all(math.isfinite(value) for value in trained.metrics.values())
    assert any(MODEL.iterdir())
    assert list(Path("reports/plots").glob("*.png"))
    manifest = json.loads(Path("reports/manifest.json").read_text(encoding="utf-8"))
    assert manifest["schema_version"] == 1
    assert manifest["metrics"] == trained.metrics
    assert manifest["config"] == as_json(dataclasses.asdict(settings))
    assert any(name.startswith("models/current/") for name in manifest["artifacts"])
    for section in ("git", "data", "environment", "infrastructure", "seeds", "parents", "run_id"):
        assert section in manifest


def test_a_training_in_other_paths_gives_the_same_metrics_and_touches_nothing_else(
    settings: Any, trained: FinishedRun, tmp_path: Path
) -> None:
    before = {path: path.stat().st_mtime_ns for path in MODEL.rglob("*")}
    paths = TrainingPaths.inside(tmp_path)
    result = PROJECT.train(settings, paths, False)
    assert dict(result.metrics) == trained.metrics
    assert result.primary_metric == trained.primary_metric
    assert result.seeds
    assert any(paths.model.iterdir())
    assert list(paths.plots.glob("*.png"))
    assert {path: path.stat().st_mtime_ns for path in MODEL.rglob("*")} == before
    assert PROJECT.load_model(paths.model)


def test_a_model_gives_one_output_and_one_prediction_for_each_input(
    settings: Any, model: Any
) -> None:
    inputs = PROJECT.sample(settings, 3)
    assert len(inputs) == 3
    outputs = PROJECT.outputs(model, inputs)
    assert len(outputs) == 3
    assert outputs_are_equal(outputs, PROJECT.outputs(model, inputs))
    predictions = PROJECT.predict(model, inputs)
    assert len(predictions) == 3
    assert as_json(predictions) == predictions


@pytest.mark.parametrize("split", ["train", "test"])
@pytest.mark.usefixtures("trained")
def test_any_examples_are_evaluated_one_by_one(settings: Any, splits: Any, split: str) -> None:
    examples = getattr(splits, split)
    count = len(PROJECT.inputs(examples))
    evaluation = evaluate_examples(settings, MODEL, examples)
    check_evaluation(evaluation, count)


def check_evaluation(evaluation: Evaluation, count: int) -> None:
    """Every sequence has one entry per example, and they explain the primary metric."""
    assert all(math.isfinite(value) for value in evaluation.metrics.values())
    assert "." not in evaluation.primary_metric
    assert len(evaluation.y_true) == len(evaluation.outputs) == count
    primary = evaluation.metrics[evaluation.primary_metric]
    assert evaluation.compute(evaluation.y_true, evaluation.outputs) == pytest.approx(primary)
    assert evaluation.score_part(np.arange(count)) == pytest.approx(primary, abs=1e-6)
    if evaluation.scores is not None:
        assert len(evaluation.scores) == count
        assert np.mean(evaluation.scores) == pytest.approx(primary, abs=1e-6)
    for column, values in evaluation.slices.items():
        assert len(values) == count, column


@pytest.mark.usefixtures("trained")
def test_a_model_in_any_directory_is_evaluated(settings: Any, splits: Any, tmp_path: Path) -> None:
    shutil.copytree(MODEL, tmp_path / "elsewhere")
    here = evaluate_examples(settings, MODEL, splits.test)
    there = evaluate_examples(settings, tmp_path / "elsewhere", splits.test)
    assert there.metrics == here.metrics


@pytest.mark.usefixtures("trained")
def test_the_saved_code_computes_the_same_outputs_in_another_process(
    settings: Any, splits: Any, model: Any
) -> None:
    inputs = PROJECT.inputs(splits.test)
    outputs = saved_code.compute_outputs(MODEL, inputs)
    assert outputs_are_equal(PROJECT.outputs(model, inputs), outputs)
    evaluation = evaluate_saved(settings, MODEL, splits.test)
    assert evaluation.metrics == evaluate_examples(settings, MODEL, splits.test).metrics


@pytest.mark.usefixtures("trained")
def test_the_command_evaluates_like_the_function(settings: Any) -> None:
    assert evaluate.main(["--set", "evaluate.min_score=-1000000"]) == 0
    metrics = json.loads(Path("reports/metrics.json").read_text(encoding="utf-8"))
    evaluation = run_evaluation(settings)
    expected = as_json(dict(evaluation.metrics))
    for name, found in score_baselines(settings).items():
        assert found.description
        expected[f"{name}.{evaluation.primary_metric}"] = found.score
    assert metrics == expected


@pytest.mark.parametrize(
    ("score", "sentence"),
    [
        (0.9, "The model is better than the baseline: f1 0.9000 against 0.8200."),
        (0.82, "The model is no better than the baseline: f1 0.8200 against 0.8200."),
        (
            0.8,
            'The model is no better than always answering "no": f1 0.8000 against 0.8100, '
            "and the baseline has 0.8200.",
        ),
    ],
)
def test_a_model_is_compared_with_its_best_baseline(score: float, sentence: str) -> None:
    baselines = {
        "baseline": BaselineScore(0.82, "the baseline"),
        "constant": BaselineScore(0.81, 'always answering "no"'),
        "undefined": BaselineScore(math.nan, "another baseline"),
    }
    found = Verdict("f1", score, baselines)
    assert str(found) == sentence
    assert found.beats_baselines == (score > 0.82)


def test_of_equal_baselines_the_simplest_is_named() -> None:
    baselines = {"baseline": BaselineScore(0.8, "one"), "constant": BaselineScore(0.8, "the other")}
    assert "the other" in str(Verdict("f1", 0.7, baselines))
    run = FinishedRun({"model.f1": 0.7, "baseline.f1": 0.6, "constant.f1": 0.8}, "f1", None)
    assert run.beats_baseline
    named = dataclasses.replace(run, baselines={"baseline": "one", "constant": "the other"})
    assert not named.beats_baseline


@pytest.mark.parametrize(("min_score", "status"), [("-1000000", 0), ("1000000", 1)])
@pytest.mark.usefixtures("trained")
def test_a_score_below_the_minimum_fails_the_command(min_score: str, status: int) -> None:
    assert evaluate.main(["--set", f"evaluate.min_score={min_score}"]) == status


def test_the_signature_names_inputs_and_outputs(settings: Any, model: Any) -> None:
    signature = PROJECT.signature(model)
    assert signature.inputs
    assert signature.outputs
    names = [field.name for field in signature.inputs]
    assert len(set(names)) == len(names)
    for given in PROJECT.sample(settings, 3):
        if isinstance(given, Mapping):
            assert set(names) == set(given)


def test_an_embedding_is_one_vector_for_each_input(settings: Any, model: Any) -> None:
    if PROJECT.embed is None:
        pytest.skip("this project has no embedding")
    inputs = PROJECT.sample(settings, 3)
    vectors = PROJECT.embed(model, inputs)
    assert vectors.ndim == 2
    assert len(vectors) == 3
    assert vectors.dtype == np.float32
    assert np.isfinite(vectors).all()
    alone = PROJECT.embed(model, inputs[:1])
    assert np.allclose(alone[0], vectors[0], atol=1e-4)


def test_the_size_of_a_model_is_a_number_of_parameters(model: Any) -> None:
    assert PROJECT.count_parameters is not None
    count = PROJECT.count_parameters(model)
    assert count is None or count > 0


class Endpoint:
    """What serving and monitoring will do, with nothing but the contract."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.model = PROJECT.load_model(directory)
        self.signature: Signature = PROJECT.signature(self.model)
        self.requests: list[Any] = []
        self.outputs: list[Any] = []

    def answer(self, inputs: Sequence[Any]) -> list[dict[str, Any]]:
        """Returns predictions, and keeps what a replay needs."""
        for given in inputs:
            self.validate(given)
        self.requests.extend(inputs)
        self.outputs.extend(PROJECT.outputs(self.model, inputs))
        return PROJECT.predict(self.model, inputs)

    def validate(self, given: Any) -> None:
        """Compares an input with the signature; values that are not columns are one field."""
        fields = self.signature.inputs
        if not isinstance(given, Mapping):
            assert len(fields) == 1
            return
        assert {field.name for field in fields} == set(given)
        for field in fields:
            if field.kind == "number" and given[field.name] is not None:
                float(given[field.name])

    def profile(self, inputs: Sequence[Any]) -> dict[str, list[Any]]:
        """Returns values to compare over time: embeddings, or the values of each column."""
        if PROJECT.embed is not None:
            vectors = PROJECT.embed(self.model, inputs)
            return {f"embedding {index}": list(row) for index, row in enumerate(vectors.T)}
        rows = [given if isinstance(given, Mapping) else {"input": given} for given in inputs]
        return {name: [row[name] for row in rows] for name in rows[0]}


@pytest.mark.usefixtures("trained")
def test_serving_replay_and_drift_need_nothing_but_the_contract(settings: Any, splits: Any) -> None:
    endpoint = Endpoint(MODEL)
    inputs = PROJECT.sample(settings, 5)
    response = endpoint.answer(inputs)
    assert as_json({"predictions": response})["predictions"] == response
    replayed = saved_code.compute_outputs(endpoint.directory, endpoint.requests)
    for before, after in zip(endpoint.outputs, replayed, strict=True):
        assert outputs_are_equal(np.asarray([before]), np.asarray([after]))
    reference = endpoint.profile(PROJECT.inputs(splits.train))
    current = endpoint.profile(inputs)
    assert reference.keys() == current.keys()
    assert all(len(values) == 5 for values in current.values())
