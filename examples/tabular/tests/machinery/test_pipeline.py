from pathlib import Path

import pytest

from churn.mlops.errors import UserError
from churn.mlops.hook_points import PipelineStep
from churn.mlops.pipeline import stages, state
from churn.mlops.pipeline.step import list_steps


def test_the_steps_are_the_stages_of_dvc_yaml_with_validation_between_them():
    names = [step.name for step in list_steps()]
    assert names[:4] == ["data", "validate", "train", "evaluate"]


def test_a_step_is_up_to_date_until_an_input_or_an_output_changes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    source, target = Path("source"), Path("target")
    step = PipelineStep("copy", 10, lambda _: None, inputs=[source], outputs=[target])
    source.write_text("a")
    assert state.explain(step, state.read_now(step, None)) == "it has not been done here"
    target.write_text("a")
    state.write_done(step, state.read_now(step, None))
    assert state.explain(step, state.read_now(step, None)) == ""
    source.write_text("b")
    assert state.explain(step, state.read_now(step, None)) == "source changed"
    source.write_text("a")
    target.write_text("c")
    assert state.explain(step, state.read_now(step, None)) == "target is not what it wrote"
    target.unlink()
    assert state.explain(step, state.read_now(step, None)) == "target is missing"


def test_a_stage_that_the_pipeline_cannot_run_is_named(tmp_path):
    file = tmp_path / "dvc.yaml"
    file.write_text("stages:\n  many:\n    foreach: [a, b]\n    do: {cmd: echo}\n")
    with pytest.raises(UserError, match=r'the stage "many" of dvc\.yaml has "foreach"'):
        stages.read_steps(file)
