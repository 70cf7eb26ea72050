"""A run of the pipeline, with steps that are functions of these tests instead of processes."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nimble_package.mlops.file_lock import try_lock
from nimble_package.mlops.hook_points import PipelineStep
from nimble_package.mlops.pipeline import (
    notify,
    process,
    records,
    run,
    run_lock,
    runner,
    settings,
    tracked,
)
from nimble_package.mlops.project import ProjectConfig


def make_step(name: str, order: int, source: str, target: str) -> PipelineStep:
    def copy(_: ProjectConfig) -> None:
        Path(target).write_text(Path(source).read_text(encoding="utf-8") + name, encoding="utf-8")

    return PipelineStep(name, order, copy, [Path(source)], [Path(target)])


STEPS = [make_step("first", 10, "source", "middle"), make_step("last", 20, "middle", "end")]


@pytest.fixture
def pipeline(tmp_path, monkeypatch, settings):
    """A folder with two steps; returns the names of those that ran, and how they are to end."""
    monkeypatch.chdir(tmp_path)
    Path("source").write_text("a", encoding="utf-8")
    ran: list[str] = []
    ends: list[process.ProcessEnd] = []

    def run_step(name: str, _: Path) -> process.ProcessEnd:
        ran.append(name)
        end = ends.pop(0) if ends else make_end(0)
        if not end.status:
            next(step for step in STEPS if step.name == name).run(settings)
        return end

    monkeypatch.setattr(runner.process, "run_step", run_step)
    monkeypatch.setattr(runner, "list_steps", lambda: STEPS)
    monkeypatch.setattr(runner.PROJECT, "load_config", lambda *_: settings, raising=False)
    return ran, ends


@pytest.fixture(autouse=True)
def project(monkeypatch):
    """A project whose configuration a test can replace."""

    class Fake:
        load_config = None

    monkeypatch.setattr(runner, "PROJECT", Fake)


def make_end(status: int, *, can_pass: bool = False) -> process.ProcessEnd:
    return process.ProcessEnd(status, 1.5, 1000, 0.5, can_pass, "one\ntwo" if status else "")


def start(**changes: float) -> int:
    found = settings.Settings(retries=2, backoff_seconds=changes.get("backoff", 0))
    earlier = records.close_killed(records.read_records())
    return runner.Runner(found, earlier, "test").run(Path("config.yaml"))


def test_a_second_run_runs_nothing_and_says_so(pipeline, capsys):
    ran, _ = pipeline
    assert start() == 0
    assert ran == ["first", "last"]
    assert start() == 0
    assert ran == ["first", "last"]
    assert "nothing has changed, so nothing was run" in capsys.readouterr().out
    assert [one.exit_reason for one in records.read_records()] == ["finished", "up to date"]


def test_only_the_steps_after_a_change_run_again(pipeline, capsys):
    ran, _ = pipeline
    start()
    Path("middle").unlink()
    start()
    assert ran == ["first", "last", "first"]
    assert "first: runs, because middle is missing" in capsys.readouterr().out
    Path("source").write_text("b", encoding="utf-8")
    start()
    assert ran[3:] == ["first", "last"]


def test_a_failed_step_ends_the_run_and_the_next_one_continues_with_it(pipeline, capsys):
    ran, ends = pipeline
    ends.extend([make_end(0), make_end(1)])
    assert start() == 1
    assert 'the step "last" ended with status 1' in capsys.readouterr().err
    assert start() == 0
    assert ran == ["first", "last", "last"]
    failed, finished = records.read_records()
    assert (failed.exit_reason, failed.steps[-1].message) == ("failed", "one\ntwo")
    assert finished.continues == failed.run_id
    assert [step.exit_reason for step in finished.steps] == ["up to date", "finished"]


@pytest.mark.parametrize(("status", "expected"), [(2, 2), (1, 1), (-9, 1), (137, 1)])
def test_bad_input_of_a_step_is_status_2_and_other_failures_are_1(status, expected, pipeline):
    _, ends = pipeline
    ends.append(make_end(status))
    assert start() == expected


@pytest.mark.usefixtures("pipeline")
def test_a_step_that_writes_nothing_is_refused_in_one_line(monkeypatch, capsys):
    monkeypatch.setattr(runner.process, "run_step", lambda *_: make_end(0))
    assert start() == 2
    error = capsys.readouterr().err
    assert 'the step "first" ended without an error, but wrote no "middle"' in error
    assert error.count("\n") == 1


def test_only_a_cause_that_can_pass_is_tried_again_and_the_tries_are_counted(pipeline, monkeypatch):
    ran, ends = pipeline
    waits: list[float] = []
    monkeypatch.setattr(runner.time, "sleep", waits.append)
    ends.extend([make_end(2, can_pass=True), make_end(2, can_pass=True)])
    assert start(backoff=10) == 0
    assert ran == ["first"] * 3 + ["last"]
    assert waits == [10, 20]
    step = records.read_records()[-1].steps[0]
    assert (step.attempts, step.cpu_seconds, step.waiting_seconds) == (3, 4.5, 1.5)
    Path("source").write_text("b", encoding="utf-8")
    ends.extend([make_end(2, can_pass=True)] * 3)
    assert start() == 2
    Path("source").write_text("c", encoding="utf-8")
    ends.append(make_end(2))
    ran.clear()
    assert start() == 2
    assert ran == ["first"]


@pytest.mark.usefixtures("pipeline")
def test_a_clock_that_is_set_back_gives_no_negative_duration(monkeypatch):
    times = [datetime(2026, 3, 1, hour, tzinfo=UTC) for hour in (12, 9, 6, 3, 2, 1)]

    class Clock(datetime):
        @classmethod
        def now(cls, _=None):
            return times.pop(0)

    monkeypatch.setattr(records, "datetime", Clock)
    monkeypatch.setattr(runner, "datetime", Clock)
    start()
    start()
    first, second = records.read_records()
    assert (first.number, second.number) == (1, 2)
    for record in (first, second):
        assert 0 <= record.seconds < 60
        for step in record.steps:
            assert step.ended >= step.started


@pytest.mark.usefixtures("pipeline")
def test_times_are_in_utc_whatever_the_time_zone(monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    start()
    content = json.loads(next(records.FOLDER.glob("*.json")).read_text(encoding="utf-8"))
    assert content["started"].endswith("Z")
    assert content["ended"].endswith("Z")


@pytest.mark.usefixtures("pipeline")
def test_a_run_that_was_killed_is_named_by_the_next_one_once(monkeypatch, capsys):
    reported: list[str] = []

    def report(_, __, record: records.RunRecord) -> bool:
        reported.append(record.exit_reason)
        return True

    monkeypatch.setattr(notify, "report", report)
    began = records.begin([], None, "test")
    step = records.StepRecord("first", began.started, attempts=1)
    records.write(records.replace(began, steps=[step]))
    start()
    start()
    assert reported == ["killed"]
    killed = records.read_records()[0]
    assert (killed.exit_reason, killed.steps[0].exit_reason) == ("killed", "killed")
    assert 'the run was killed in the step "first"' in capsys.readouterr().out


def test_a_failure_is_reported_once_with_its_step_and_last_lines(pipeline, monkeypatch):
    texts: list[str] = []

    def report(_, name: str, record: records.RunRecord) -> bool:
        texts.append(notify.make_text(name, record))
        return True

    monkeypatch.setattr(notify, "report", report)
    _, ends = pipeline
    ends.append(make_end(1))
    start()
    start()
    assert len(texts) == 1
    assert 'failed in the step "first"' in texts[0]
    assert "one\ntwo" in texts[0]


@pytest.mark.usefixtures("pipeline")
def test_a_second_run_is_refused_with_the_id_of_the_first(monkeypatch, capsys):
    running = records.begin([], None, "test")
    records.write(running)
    monkeypatch.setattr(run.settings, "read", lambda: None)
    with run_lock.LOCK.open("w", encoding="utf-8") as file:
        assert try_lock(file)
        assert run.main([]) == 2
    error = capsys.readouterr().err
    assert f'the pipeline is running already: run "{running.run_id}"' in error
    assert [one.run_id for one in records.read_records()] == [running.run_id]


@pytest.mark.usefixtures("pipeline")
def test_a_tracker_that_is_away_does_not_fail_a_run_that_is_done(monkeypatch):
    def fail(*_: str, **__: str) -> None:
        raise tracked.UserError("the tracker is away")

    monkeypatch.setattr(tracked.runs, "tag", fail)
    manifest = Path("manifest.json")
    manifest.write_text('{"run_id": "abc", "seeds": [3]}', encoding="utf-8")
    monkeypatch.setattr(tracked, "MANIFEST", manifest)
    assert start() == 0
    record = records.read_records()[0]
    assert (record.model_run_id, record.seeds) == ("abc", [3])


@pytest.mark.usefixtures("pipeline")
def test_a_record_that_is_damaged_is_left_out_and_named(caplog):
    start()
    (records.FOLDER / "000009-aaaaaa.json").write_text('{"run_id": ', encoding="utf-8")
    assert len(records.read_records()) == 1
    assert '"pipeline/runs/000009-aaaaaa.json" is left out' in caplog.text
