"""One step of the pipeline, as an orchestrator starts it, with functions instead of processes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from churn.mlops.errors import TransientError, UserError
from churn.mlops.hook_points import PipelineStep
from churn.mlops.pipeline import (
    notify,
    process,
    records,
    run,
    runner,
    settings,
)

ENDS: list[process.ProcessEnd] = []  # how the next steps end; without one they finish


def make_step(name: str, order: int, source: str, target: str) -> PipelineStep:
    def copy(_: object) -> None:
        Path(target).write_text(Path(source).read_text(encoding="utf-8") + name, encoding="utf-8")

    return PipelineStep(name, order, copy, [Path(source)], [Path(target)])


STEPS = [make_step("first", 10, "source", "middle"), make_step("last", 20, "middle", "end")]


def make_end(status: int, *, can_pass: bool = False) -> process.ProcessEnd:
    return process.ProcessEnd(status, 1.0, 1000, 0.5, can_pass, "no route" if status else "")


def run_step(name: str, _: Path) -> process.ProcessEnd:
    end = ENDS.pop(0) if ENDS else make_end(0)
    if not end.status:
        next(step for step in STEPS if step.name == name).run(None)
    return end


class Project:
    @staticmethod
    def load_config(*_: object) -> "type[Project]":
        return Project

    experiment = "churn"


@pytest.fixture(autouse=True)
def pipeline(tmp_path, monkeypatch):
    """A folder with two steps, of which the second reads what the first writes."""
    monkeypatch.chdir(tmp_path)
    Path("source").write_text("a", encoding="utf-8")
    ENDS.clear()
    for module in (run, runner):
        monkeypatch.setattr(module, "list_steps", lambda: STEPS)
        monkeypatch.setattr(module, "PROJECT", Project)
    monkeypatch.setattr(runner.process, "run_step", run_step)
    monkeypatch.setattr(settings, "read", lambda: settings.Settings(retries=0))


def start(step: str, group: str = "scheduled__2026-11-29") -> int:
    return run.main(["--only", step, "--run", group, "--trigger", "airflow"])


def test_the_names_of_the_steps_are_printed_in_their_order(capsys):
    assert run.main(["--list"]) == 0
    assert capsys.readouterr().out == "first\nlast\n"


def test_one_step_runs_and_no_other(capsys):
    assert start("first") == 0
    assert Path("middle").is_file()
    assert not Path("end").exists()
    assert start("first") == 0
    assert "first: up to date" in capsys.readouterr().out


@pytest.mark.parametrize("edited", [False, True])
def test_a_step_is_refused_while_one_before_it_is_not_up_to_date(edited, capsys):
    reason = "it has not been done here"
    if edited:
        start("first")
        Path("source").write_text("b", encoding="utf-8")
        reason = "source changed"
    assert start("last") == 2
    error = capsys.readouterr().err
    assert f'"last" cannot run yet: "first" before it is not up to date, because {reason}' in error
    assert '"uv run poe pipeline --only first"' in error
    assert not Path("end").exists()


def test_a_misspelt_step_is_refused_without_a_record(capsys):
    assert start("frist") == 2
    assert 'Did you mean "first"' in capsys.readouterr().err
    assert records.read_records() == []
    assert run.main(["--run", "7"]) == 2
    assert '"--run" belongs to "--only"' in capsys.readouterr().err


@pytest.mark.parametrize(
    ("end", "status"),
    [
        (make_end(1), 1),
        (make_end(2), 2),
        (make_end(2, can_pass=True), runner.TRY_LATER),
        (make_end(-9), 1),
    ],
)
def test_only_a_cause_that_can_pass_asks_the_orchestrator_to_try_again(end, status):
    ENDS.append(end)
    assert start("first") == status


def test_a_tracker_that_is_away_before_the_step_begins_can_be_tried_again(monkeypatch):
    def fail(*_: object) -> None:
        raise TransientError("the tracker does not answer")

    monkeypatch.setattr(runner.state, "read_now", fail)
    assert start("first") == runner.TRY_LATER
    assert run.main([]) == 2


def test_a_failure_that_the_orchestrator_tries_again_is_reported_once(monkeypatch):
    reported: list[str] = []

    def report(_: object, __: str, record: records.RunRecord) -> bool:
        reported.append(record.run_id)
        return True

    monkeypatch.setattr(notify, "report", report)
    ENDS.extend([make_end(2, can_pass=True)] * 3)
    for group in ("one", "one", "two"):
        start("first", group)
    assert len(reported) == 2


def join() -> list[tuple[str, list[tuple[str, int]]]]:
    found = records.join_groups(records.read_records())
    return [(one.exit_reason, [(step.name, step.attempts) for step in one.steps]) for one in found]


def test_the_steps_of_one_run_of_the_orchestrator_count_as_one_run():
    ENDS.append(make_end(2, can_pass=True))
    for step in ("first", "first", "last"):
        start(step, "one")
    assert join() == [("finished", [("first", 2), ("last", 1)])]
    for step in ("first", "last"):
        start(step, "two")
    assert join()[1] == ("up to date", [("first", 0), ("last", 0)])
    assert run.main([]) == 0
    assert [reason for reason, _ in join()] == ["finished", "up to date", "up to date"]


def test_a_run_whose_last_steps_were_never_started_is_not_finished():
    start("first", "one")
    assert [reason for reason, _ in join()] == ["running"]
    start("first", "two")
    assert [reason for reason, _ in join()] == ["stopped", "running"]


def test_a_step_before_is_refused_with_its_first_reason_only():
    config: Callable[..., object] = Project.load_config
    with pytest.raises(UserError, match='"first" before it'):
        runner.refuse_before(STEPS, config(), "register")
