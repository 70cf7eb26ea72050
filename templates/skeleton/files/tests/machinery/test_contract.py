"""What every later piece relies on, whatever the model reads: the same calls, the same files."""

import dataclasses
import inspect
import json
import math
from pathlib import Path
from typing import Any

import pytest

from nimble_package import config, data, evaluate, predict, train
from nimble_package.mlops.settings import UserError


def test_settings_are_frozen_and_have_the_common_sections(settings: config.Config) -> None:
    sections = {field.name for field in dataclasses.fields(settings)}
    assert {"experiment", "data", "model", "train", "evaluate", "runtime"} <= sections
    assert settings.runtime.threads == 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.runtime.seed = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("runtime.sed=1", ["runtime.sed", "seed"]),
        ("runtim.seed=1", ["runtim", "runtime"]),
        ("runtime.seed=many", ["runtime.seed", "many", "integer"]),
        ("runtime.seed", ["runtime.seed", "section.key=value"]),
    ],
)
def test_a_wrong_setting_is_refused_by_name(room: Path, override: str, words: list[str]) -> None:
    with pytest.raises(UserError) as error:
        config.load(room / "config.yaml", [override])
    assert all(word in str(error.value) for word in words), error.value


@pytest.mark.parametrize("module", [data, train, evaluate, predict])
def test_a_command_refuses_a_wrong_setting_in_one_line(
    module: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    files = ["nothing"] if module is predict else []
    assert module.main([*files, "--set", "runtime.sed=1"]) == 2
    out, err = capsys.readouterr()
    assert err.count("\n") == 1
    assert "seed" in err
    assert not out


@pytest.mark.parametrize("module", [data, train, evaluate, predict])
def test_a_command_says_how_it_is_called(module: Any) -> None:
    assert f"python -m {module.__name__}" in (inspect.getdoc(module) or "").split("\n")[0]


def test_data_is_prepared_once_and_says_what_it_is(
    settings: config.Config, prepared: dict[str, Any]
) -> None:
    manifest = Path("data/prepared/manifest.json")
    assert json.loads(manifest.read_text(encoding="utf-8")) == prepared
    assert {"hash", "counts", "source", "licence"} <= prepared.keys()
    assert all(count > 0 for count in prepared["counts"].values())
    files = {path: path.stat().st_mtime_ns for path in Path("data/prepared").rglob("*")}
    assert data.prepare(settings) == prepared
    assert {path: path.stat().st_mtime_ns for path in Path("data/prepared").rglob("*")} == files


def test_the_configured_data_has_no_problems(settings: config.Config) -> None:
    assert data.check(settings) == []


def test_training_writes_model_plots_and_manifest(
    settings: config.Config, trained: train.Result
) -> None:
    names = {name.removeprefix("model.") for name in trained.metrics if name.startswith("model.")}
    assert {name.removeprefix("baseline.") for name in trained.metrics} & names
    assert any(name.endswith("_std") for name in names)
    assert all(math.isfinite(value) for value in trained.metrics.values())
    assert any(Path("models/current").iterdir())
    assert list(Path("reports/plots").glob("*.png"))
    run = json.loads(Path("reports/manifest.json").read_text(encoding="utf-8"))
    assert run["schema_version"] == 1
    assert run["metrics"] == trained.metrics
    assert run["config"] == json.loads(json.dumps(dataclasses.asdict(settings)))
    assert any(name.startswith("models/current/") for name in run["artifacts"])
    for part in ("git", "data", "environment", "infrastructure", "seeds", "parents", "run_id"):
        assert part in run


@pytest.mark.usefixtures("trained")
def test_evaluation_scores_the_saved_model(settings: config.Config) -> None:
    scores = evaluate.evaluate(settings)
    assert scores
    assert all(math.isfinite(value) for value in scores.values())
    assert json.loads(Path("reports/metrics.json").read_text(encoding="utf-8")) == scores


@pytest.mark.usefixtures("trained")
def test_prediction_gives_one_answer_for_each_input(settings: config.Config) -> None:
    model, batch = predict.load(Path("models/current")), data.sample(settings, 3)
    answers = predict.predict(model, batch)
    assert len(answers) == 3
    assert json.loads(json.dumps(answers)) == answers == predict.predict(model, batch)


def test_the_same_seed_gives_the_same_figures(
    settings: config.Config, trained: train.Result
) -> None:
    assert train.train(settings).metrics == trained.metrics


@pytest.mark.parametrize(("floor", "status"), [("-1000000", 0), ("1000000", 1)])
@pytest.mark.usefixtures("trained")
def test_a_result_below_the_floor_fails_the_command(
    small: list[str], floor: str, status: int
) -> None:
    overrides = [part for line in small for part in ("--set", line)]
    assert evaluate.main([*overrides, "--set", f"evaluate.floor={floor}"]) == status
