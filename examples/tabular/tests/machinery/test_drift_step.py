"""The step `drift` of the pipeline compares new training data, and its verdict stops nothing."""

import dataclasses
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from churn.mlops.drift import profile, step
from churn.mlops.drift import settings as settings_file
from churn.mlops.drift.settings import DriftSettings
from churn.mlops.files import load_json
from churn.mlops.project import MODEL
from churn.mlops.training import FinishedRun

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def drift_settings(
    trained: FinishedRun, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Few rows are enough here."""
    assert trained.metrics
    few = DriftSettings()
    object.__setattr__(few, "min_rows", 2)  # below what drift.yaml may say
    monkeypatch.setattr(settings_file, "read", lambda: few)
    yield
    (workspace / step.REPORT).unlink(missing_ok=True)


def run_step(config: Any) -> dict[str, Any]:
    step.run(config)
    report: dict[str, Any] = load_json(step.REPORT)
    return report


def pretend_other_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """The model was trained on other data than is prepared now."""
    known = dataclasses.replace(profile.load(MODEL), data="other")
    monkeypatch.setattr(profile, "find", lambda *_: known)


def test_the_same_data_is_not_compared(settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_step(settings)["drifted"] is None
    assert "the model before was trained on the same data" in capsys.readouterr().out


def test_new_data_that_is_like_the_old_has_not_drifted(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend_other_data(monkeypatch)
    report = run_step(settings)
    assert report["drifted"] is False
    assert report["tests"]


def test_new_data_of_another_kind_has_drifted_and_the_step_ends_well(
    settings: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pretend_other_data(monkeypatch)
    describe = profile.describe_prepared

    def shift(*arguments: Any) -> profile.Sample:
        sample = describe(*arguments)
        for column in sample.columns.values():
            if column.kind == "number":
                column.values[:] += 1e6
            else:
                column.values[:] = "changed"
        return sample

    monkeypatch.setattr(profile, "describe_prepared", shift)
    assert run_step(settings)["drifted"] is True
    assert "has drifted: " in capsys.readouterr().out


def test_a_repository_without_a_model_says_so(
    settings: Any, workspace: Path, tmp_path: Path
) -> None:
    shutil.move(workspace / MODEL, tmp_path / "model")
    try:
        report = run_step(settings)
    finally:
        shutil.move(tmp_path / "model", workspace / MODEL)
    assert report["message"] == "The training data was not compared: there is no model yet"


def test_a_model_that_does_not_fit_todays_code_stops_no_training(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend_other_data(monkeypatch)

    def fail(*_: Any) -> None:
        raise KeyError("size of a tensor")

    monkeypatch.setattr(profile, "describe_prepared", fail)
    report = run_step(settings)
    assert report["drifted"] is None
    assert "the model before does not fit (KeyError" in report["message"]
