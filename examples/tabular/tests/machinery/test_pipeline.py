"""What the steps are, and when one has to run."""

from pathlib import Path

import pytest

from churn.mlops import files
from churn.mlops.errors import UserError
from churn.mlops.hook_points import PipelineStep
from churn.mlops.pipeline import run, settings, stages, state
from churn.mlops.pipeline.step import find_step, list_steps

REPOSITORY = Path(__file__).parents[2]


def test_the_steps_are_the_stages_of_dvc_yaml_with_validation_between_them(monkeypatch):
    monkeypatch.chdir(REPOSITORY)
    steps = list_steps()
    names = [step.name for step in steps if not step.side_effects]
    expected = ["data", "validate", "train", "evaluate"]
    assert [name for name in names if name in expected] == expected
    assert [step.stage for step in steps if step.stage] == ["data", "train", "evaluate"]


def test_no_command_of_a_stage_is_written_down_a_second_time():
    folder = Path(stages.__file__).parent
    texts = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.py"))]
    for step in ("data", "train", "evaluate"):
        assert f"commands.{step}" not in "".join(texts)


def test_a_step_is_up_to_date_until_an_input_or_an_output_changes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    source, target = Path("source"), Path("target")
    step = PipelineStep("copy", 10, lambda _: None, inputs=[source], outputs=[target])
    source.write_text("a", encoding="utf-8")
    assert state.explain(step, state.read_now(step, None)) == "it has not been done here"
    target.write_text("a", encoding="utf-8")
    state.write_done(step, state.read_now(step, None))
    assert state.explain(step, state.read_now(step, None)) == ""
    source.write_text("b", encoding="utf-8")
    assert state.explain(step, state.read_now(step, None)) == "source changed"
    source.write_text("a", encoding="utf-8")
    target.write_text("c", encoding="utf-8")
    assert state.explain(step, state.read_now(step, None)) == "target is not what it wrote"
    target.unlink()
    assert state.explain(step, state.read_now(step, None)) == "target is missing"


def test_a_file_that_a_step_reads_and_writes_does_not_make_it_run_again(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    kept = Path("gate.yaml")
    step = PipelineStep("gate", 50, lambda _: None, inputs=[kept], outputs=[kept])
    kept.write_text("holdout:", encoding="utf-8")
    before = state.read_now(step, None)
    kept.write_text("holdout: 8bc8", encoding="utf-8")
    state.write_done(step, state.complete(before, state.read_outputs(step)))
    assert state.explain(step, state.read_now(step, None)) == ""
    kept.write_text("holdout: 1111", encoding="utf-8")
    assert state.explain(step, state.read_now(step, None)) == "gate.yaml changed"


def test_a_fact_that_is_no_file_makes_a_step_run_again(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    facts = {"the champion": "3"}
    step = PipelineStep("gate", 50, lambda _: None, [], [Path("out")], facts=lambda _: dict(facts))
    Path("out").write_text("a", encoding="utf-8")
    state.write_done(step, state.read_now(step, None))
    facts["the champion"] = "4"
    assert state.explain(step, state.read_now(step, None)) == "the champion changed"


def test_a_dry_run_asks_nothing_about_a_step_that_was_never_done(tmp_path, monkeypatch, capsys):
    def ask_the_tracker(_):
        raise UserError("there is no tracker yet")

    monkeypatch.chdir(tmp_path)
    step = PipelineStep("gate", 50, lambda _: None, [], [Path("out")], facts=ask_the_tracker)
    run.print_plan([step], None)
    assert capsys.readouterr().out == "gate: would run, because it has not been done here\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", ["", "{", '{"inputs": 3}', "[]"])
def test_a_state_that_was_not_written_whole_makes_the_step_run(content, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    step = PipelineStep("copy", 10, lambda _: None, [], [Path("out")])
    (tmp_path / "pipeline" / "steps").mkdir(parents=True)
    (tmp_path / "pipeline" / "steps" / "copy.json").write_text(content, encoding="utf-8")
    assert state.explain(step, state.read_now(step, None)) == "it has not been done here"


def test_a_file_is_whole_or_the_old_one_when_the_disk_is_full(tmp_path, monkeypatch):
    path = tmp_path / "state.json"
    files.write_whole(path, b"old")

    def fail(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        files.write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("key", ["foreach: [a, b]", "matrix: {a: [1]}", "wdir: other"])
def test_a_stage_that_the_pipeline_cannot_run_is_named(key, tmp_path):
    file = tmp_path / "dvc.yaml"
    file.write_text(f"stages:\n  many:\n    {key}\n    cmd: echo\n", encoding="utf-8")
    with pytest.raises(UserError, match=f'the stage "many" of dvc.yaml has "{key.split(":")[0]}"'):
        stages.read_steps(file)


@pytest.mark.parametrize("content", ["", "stages: 3", "stages:\n  a: 3", "a: [", "stages: {a: {}}"])
def test_a_dvc_yaml_that_cannot_be_read_is_one_line(content, tmp_path):
    file = tmp_path / "dvc.yaml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(UserError) as caught:
        stages.read_steps(file)
    assert "dvc.yaml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_stage_of_the_team_runs_after_those_that_it_reads_from(tmp_path):
    file = tmp_path / "dvc.yaml"
    data = "  data: {cmd: a, deps: [raw], outs: [data/prepared]}\n"
    more = "  features: {cmd: b, deps: [data/prepared], outs: [{data/features: {cache: false}}]}\n"
    file.write_text(f"stages:\n{data}{more}", encoding="utf-8")
    steps = stages.read_steps(file)
    assert [(step.name, step.order) for step in steps] == [("data", 10), ("features", 11)]
    assert steps[1].outputs == [Path("data/features")]


def test_an_unknown_step_is_refused_with_the_known_ones():
    step = PipelineStep("gate", 50, lambda _: None, [], [Path("out")])
    with pytest.raises(UserError, match=r'"gat" is not a step.*Did you mean "gate"'):
        find_step("gat", [step])


def write_settings(folder: Path, content: str) -> Path:
    file = folder / "pipeline.yaml"
    file.write_text(content, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("retry: 2", '"retry" is not a setting'),
        ("retries: -1", '"retries" in .* is -1: allowed are 0 and more'),
        ("retries: many", '"retries" in .* is "many"'),
        ("backoff_seconds: .inf", '"backoff_seconds" in .* is inf'),
        ("notify: {webhook: true}", "PIPELINE_WEBHOOK_URL is not set"),
        ("notify: {email: {to: [a@b.example]}}", '"notify.email.host" in .* is missing'),
        ("notify: {email: {security: ssl}}", "'starttls', 'tls' or 'none'"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(content, message, tmp_path, monkeypatch):
    monkeypatch.delenv(settings.WEBHOOK, raising=False)
    with pytest.raises(UserError, match=message):
        settings.read(write_settings(tmp_path, content))


def test_the_address_of_a_webhook_never_reaches_a_message(tmp_path, monkeypatch):
    monkeypatch.setenv(settings.WEBHOOK, "ftp://secret.example/T0K3N")
    with pytest.raises(UserError) as caught:
        settings.read(write_settings(tmp_path, "notify: {webhook: true}"))
    assert "T0K3N" not in str(caught.value)


def test_what_started_a_run_is_the_option_or_what_the_ci_system_says(monkeypatch):
    for name in run.TRIGGERS:
        monkeypatch.delenv(name, raising=False)
    assert run.name_trigger(None) == "manual"
    monkeypatch.setenv("GITHUB_EVENT_NAME", "schedule")
    assert run.name_trigger(None) == "schedule"
    assert run.name_trigger("timer") == "timer"
