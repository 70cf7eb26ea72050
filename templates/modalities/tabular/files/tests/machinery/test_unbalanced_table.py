"""A table with 18 % positives and a weak signal, where accuracy alone misleads."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from nimble_package import config, data
from nimble_package.mlops import decision
from nimble_package.mlops.commands import evaluate
from nimble_package.mlops.errors import UserError
from nimble_package.mlops.evaluation import run_evaluation, score_baselines
from nimble_package.mlops.project import MODEL
from nimble_package.mlops.training import FinishedRun, run_training
from nimble_package.project import PROJECT

CONFIG = """\
experiment: test
data: { source: csv, path: table.csv, target: churned }
model: { max_iter: 20 }
evaluate: { folds: 3, min_score: 0.5 }
runtime: { track: false }
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the table and config.yaml."""
    folder = tmp_path_factory.mktemp("unbalanced")
    random = np.random.default_rng(0)
    signal = random.normal(size=800)
    value = signal + 2.5 * random.normal(size=800)
    churned = value > np.quantile(value, 0.82)
    columns: dict[str, Any] = {"signal": signal, "noise": random.normal(size=800)}
    columns["churned"] = np.where(churned, "yes", "no")
    pd.DataFrame(columns).to_csv(folder / "table.csv", index=False)
    (folder / "config.yaml").write_text(CONFIG, encoding="utf-8")
    return folder


@pytest.fixture(autouse=True)
def in_folder(folder: Path, in_workspace: None) -> Iterator[None]:
    """Every test runs next to the table."""
    assert in_workspace is None
    with contextlib.chdir(folder):
        yield


def train(*overrides: str) -> tuple[config.Config, FinishedRun]:
    settings = PROJECT.load_config(Path("config.yaml"), overrides)
    return settings, run_training(settings)


def test_a_model_that_is_no_better_than_always_no_is_called_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, run = train("data.drop=[signal]")
    assert run.metrics["model.accuracy"] <= run.metrics["constant.accuracy"]
    assert not run.beats_baseline
    assert 'no better than always answering "no": accuracy' in str(run.verdict)
    assert evaluate.main(["--set", "data.drop=[signal]"]) == 0
    last_line = capsys.readouterr().out.splitlines()[-1]
    assert 'The model is no better than always answering "no": accuracy' in last_line
    metrics = json.loads(Path("reports/metrics.json").read_text(encoding="utf-8"))
    assert metrics["constant.accuracy"] >= metrics["accuracy"]
    assert {"roc_auc", "average_precision", "recall", "baseline.accuracy"} <= metrics.keys()


def test_the_required_recall_is_reached_in_training_and_used_by_predictions() -> None:
    settings, run = train("evaluate.metric=roc_auc", "evaluate.threshold=recall>=0.9")
    assert run.primary_metric == "roc_auc"
    assert run.metrics["constant.roc_auc"] == 0.5
    chosen = decision.read(MODEL)
    assert chosen.rule == "recall>=0.9"
    assert chosen.threshold < 0.5
    assert run.metrics["model.threshold"] == pytest.approx(chosen.threshold)  # a mean over folds
    assert run.metrics["model.recall"] >= 0.88  # 0.9 over all rows; the folds have equal weight
    assert run_evaluation(settings).metrics["threshold"] == chosen.threshold
    assert Path("reports/plots/confusion.png").is_file()
    assert Path("reports/plots/calibration.png").is_file()
    model = PROJECT.load_model(MODEL)
    inputs = PROJECT.inputs(data.load(settings).test)
    for row, prediction in zip(
        PROJECT.outputs(model, inputs), PROJECT.predict(model, inputs), strict=True
    ):
        assert (prediction["churned"] == "yes") == (row[1] >= chosen.threshold)


def test_balanced_class_weights_raise_the_recall() -> None:
    _, plain = train()
    _, balanced = train("train.class_weight=balanced")
    assert balanced.metrics["model.recall"] > plain.metrics["model.recall"] + 0.2
    assert balanced.metrics["baseline.recall"] > plain.metrics["baseline.recall"] + 0.2


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        (["evaluate.metric=roc_acu"], ["roc_acu", 'Did you mean "roc_auc"', "module:function"]),
        (["evaluate.metric=r2"], ["r2", "a metric for a regression"]),
        (["evaluate.metric=nowhere:profit"], ["nowhere:profit", "there is no module"]),
        (["evaluate.threshold=recal>=0.9"], ["recal>=0.9", "precision>=0.8", "cost_ratio=5"]),
        (["evaluate.positive=maybe"], ["maybe", "Allowed: no, yes"]),
        (["train.class_weight=heavy"], ["train.class_weight", "heavy", "balanced"]),
        (["evaluate.threshold=precision>=0.99"], ["precision>=0.99", "the highest precision"]),
    ],
)
def test_a_wrong_setting_is_refused_with_the_allowed_values(
    overrides: list[str], words: list[str]
) -> None:
    with pytest.raises(UserError) as error:
        train(*overrides)
    assert all(word in str(error.value) for word in words), error.value


def test_a_regression_is_compared_with_the_best_constant() -> None:
    regression = ("task=regression", "data.target=signal", "data.drop=[churned]")
    settings, run = train(*regression)
    assert run.primary_metric == "r2"
    assert run.metrics["constant.r2"] <= 0
    assert {"model.r2", "model.rmse", "model.mae"} <= run.metrics.keys()
    assert "no better than always answering the mean" in str(run.verdict)  # noise alone
    baselines = score_baselines(settings)
    assert baselines["constant"].score == pytest.approx(0, abs=0.05)
    _, run = train(*regression, "evaluate.metric=neg_mean_absolute_error")
    assert run.primary_metric == "neg_mean_absolute_error"
    assert run.metrics["constant.neg_mean_absolute_error"] < 0
    for refused in ("evaluate.threshold=0.4", "evaluate.positive=yes"):
        with pytest.raises(UserError, match="needs two classes, and the target has numbers"):
            train(*regression, refused)


def test_class_weights_of_a_regression_are_refused() -> None:
    with pytest.raises(UserError, match=r"train.class_weight.*regression"):
        PROJECT.load_config(Path("config.yaml"), ["task=regression", "train.class_weight=balanced"])
