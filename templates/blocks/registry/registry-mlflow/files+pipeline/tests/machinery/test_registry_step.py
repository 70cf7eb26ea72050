"""The pipeline ends with the registration of the model."""

import contextlib
import json
from pathlib import Path

import pytest
import small_data

from nimble_package.mlops.hook_points import Approval, NotApprovedError, Promotion
from nimble_package.mlops.hooks import HOOKS
from nimble_package.mlops.registry import pipeline_step, versions
from nimble_package.mlops.training import run_training
from nimble_package.project import PROJECT

pytestmark = pytest.mark.slow


def test_the_step_is_registered_after_the_gate() -> None:
    assert pipeline_step.STEP in HOOKS.pipeline_steps
    assert pipeline_step.STEP.order == 60


def test_the_step_promotes_only_what_is_approved_without_a_person(
    in_workspace: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert in_workspace is None
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    small_data.write(tmp_path)

    def refuse(_: Promotion) -> Approval:
        raise NotApprovedError("a person decides")

    def approve(promotion: Promotion) -> Approval:
        assert promotion.approved_by is None
        return Approval("a setting", "it is better", "decision 1")

    with contextlib.chdir(tmp_path):
        config = PROJECT.load_config(Path("config.yaml"), ["runtime.track=true"])
        run_training(config)
        monkeypatch.setattr(HOOKS, "before_promotion", [])
        pipeline_step.run(config)
        assert versions.challenger(config)
        monkeypatch.setattr(HOOKS, "before_promotion", [refuse])
        pipeline_step.run(config)
        assert "Not promoted: a person decides" in capsys.readouterr().out
        assert versions.champion(config) is None
        monkeypatch.setattr(HOOKS, "before_promotion", [approve])
        pipeline_step.run(config)
        champion = versions.champion(config)
        assert champion
        written = json.loads(pipeline_step.RESULT.read_text(encoding="utf-8"))
        assert written["version"] == champion.number
