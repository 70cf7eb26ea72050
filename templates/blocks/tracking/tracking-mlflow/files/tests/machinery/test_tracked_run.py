"""What a team sees in MLflow of a training: its name, tags, settings, metrics and model."""

import dataclasses
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from nimble_package.mlops import runs, tracking
from nimble_package.mlops.commands import evaluate
from nimble_package.mlops.project import RunDetails, TrainResult
from nimble_package.mlops.run_labels import make_tags, name_training
from nimble_package.mlops.run_links import RunLinks
from nimble_package.mlops.training import run_training
from nimble_package.project import PROJECT

# Loads the model of a run in a process that does not have this repository.
LOAD = """
import sys
import mlflow
run = mlflow.get_run(sys.argv[1])
found = mlflow.search_logged_models(
    experiment_ids=[run.info.experiment_id],
    filter_string=f"source_run_id = '{run.info.run_id}'",
    output_format="list",
)
model = mlflow.pyfunc.load_model(found[0].model_uri)
table = model.input_example
more = table.assign(**{"a column that the model does not know": 1})
assert list(model.predict(more).columns) == list(model.predict(table).columns)
print(len(model.metadata.get_input_schema().input_names()))
print(model.predict(table.iloc[:2]).to_json(orient="records"))
print([name for name in sys.modules if name.endswith(".project")][0])
"""


@pytest.fixture(scope="module")
def run(workspace: Path) -> runs.TrackedRun:
    """A small training that is tracked, and evaluated on the test split."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(workspace)
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        Path(".yo-rc.json").write_text(json.dumps({"generator-nimble-ml": {"phase": 2}}))
        config = PROJECT.load_config(Path("config.yaml"), ["runtime.track=true"])
        finished = run_training(config)
        assert evaluate.main(["--set", "runtime.track=true"]) in (0, 1)
        assert finished.run_id
        return runs.find(finished.run_id)


def test_a_run_has_tags_by_which_a_team_finds_it(run: runs.TrackedRun) -> None:
    assert run.tags["mlflow.runName"].startswith("train")
    assert run.tags["modality"] == PROJECT.modality
    assert run.tags["phase"] == "2"
    prepared = json.loads(Path("data/prepared/manifest.json").read_text(encoding="utf-8"))
    assert run.tags["data.hash"] == prepared["hash"]
    assert (
        "baseline" in run.tags["mlflow.note.content"] or "than" in run.tags["mlflow.note.content"]
    )


def test_the_task_and_every_setting_are_parameters(run: runs.TrackedRun, settings: Any) -> None:
    expected = {"task"}
    for section, part in dataclasses.asdict(settings).items():
        if isinstance(part, dict):
            expected |= {f"{section}.{name}" for name in part}
    assert run.settings.keys() >= expected


def test_metrics_of_the_test_split_are_on_the_run_that_trained_the_model(
    run: runs.TrackedRun,
) -> None:
    metrics = json.loads(Path("reports/metrics.json").read_text(encoding="utf-8"))
    found = {name for name in run.metrics if name.startswith("test.")}
    assert len(found) == len(metrics)


def test_a_process_without_this_repository_predicts_for_a_table(
    run: runs.TrackedRun, tmp_path: Path
) -> None:
    script = tmp_path / "load.py"
    script.write_text(LOAD, encoding="utf-8")
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    variables |= runs.make_variables()
    command = [sys.executable, str(script), run.id]
    done = subprocess.run(
        command, cwd=tmp_path, env=variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    columns, predictions, module = done.stdout.splitlines()
    assert int(columns) >= 1
    assert len(json.loads(predictions)) == 2
    assert module.endswith(".project")


def test_another_model_gets_no_metrics_of_this_run(
    run: runs.TrackedRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise AssertionError

    monkeypatch.setattr(runs, "add_results", refuse)
    manifest = json.loads(Path("reports/manifest.json").read_text(encoding="utf-8"))
    assert manifest["run_id"] == run.id
    name = next(iter(manifest["artifacts"]))
    path = Path("reports/manifest.json")
    before = path.read_text(encoding="utf-8")
    manifest["artifacts"][name] = "0" * 64
    path.write_text(json.dumps(manifest), encoding="utf-8")
    try:
        assert evaluate.main(["--set", "runtime.track=true"]) in (0, 1)
    finally:
        path.write_text(before, encoding="utf-8")


def test_a_tracker_that_is_lost_does_not_stop_an_evaluation(
    run: runs.TrackedRun, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert run
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    assert evaluate.main(["--set", "runtime.track=true"]) in (0, 1)
    assert "does not get the metrics of the test split" in caplog.text


@dataclass(frozen=True)
class Layer:
    """A setting of a model of the team's own."""

    width: int = 8
    activations: tuple[str, ...] = ("relu", "gelu")


def test_settings_of_any_depth_and_length_become_parameters() -> None:
    layers = {"first": dataclasses.asdict(Layer()), "words": {"Größe: klein!": "x" * 9000}}
    found = tracking.make_parameters({"model": layers})
    assert found["model.first.width"] == "8"
    assert found["model.first.activations"] == '["relu", "gelu"]'
    assert len(found["model.words.Größe_ klein_"]) == tracking.MAX_VALUE
    assert found["model.words.Größe_ klein_"].endswith("the whole value is in manifest.json)")


def test_a_run_is_named_by_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    read_state = "nimble_package.mlops.run_labels.read_state"
    monkeypatch.setattr(read_state, lambda: ("a3c463e" * 6, True))
    assert name_training(RunLinks()) == "train a3c463e"
    assert name_training(RunLinks(reproduces="76e39e" * 5)) == "reproduce 76e39e"
    tags = make_tags("tabular", "abc")
    assert (tags["git.commit"], tags["git.dirty"]) == ("a3c463e" * 6, "true")


def test_what_is_not_known_is_no_tag(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RUN_COMMIT", raising=False)
    monkeypatch.setattr("nimble_package.mlops.git_output.read_git", lambda *_: None)
    assert make_tags("tabular") == {"modality": "tabular"}
    assert name_training(RunLinks()) == "train"


def test_a_training_without_details_still_counts() -> None:
    assert TrainResult({}, "score", []).details == RunDetails()
