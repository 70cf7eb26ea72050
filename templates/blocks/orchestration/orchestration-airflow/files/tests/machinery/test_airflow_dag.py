"""The DAG of Airflow, without Airflow: what it asks the pipeline, and when a task is tried again.

`uv run poe airflow dags test pipeline` runs it with Airflow.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from runpy import run_path
from types import ModuleType
from typing import Any, ClassVar

import pytest

REPOSITORY = Path(__file__).parents[2]
FILE = REPOSITORY / "orchestration" / "dags" / "pipeline.py"
SETTING = "import sys, time, pathlib; status = sys.argv[1:]; "
LIST = SETTING + "pathlib.Path('asked').open('a').write('x'); print('data\\ntrain\\ngate')"


class FailError(Exception):
    """What Airflow does not try again."""


class Task:
    made: ClassVar[list["Task"]] = []

    def __init__(self, name: str) -> None:
        self.name = name
        self.after: list[str] = []
        self.made.append(self)

    def __rshift__(self, other: "Task") -> None:
        other.after.append(self.name)


class Dag:
    options: ClassVar[dict[str, Any]] = {}

    def __init__(self, _: str, **options: Any) -> None:
        Dag.options = options

    def __enter__(self) -> "Dag":
        return self

    def __exit__(self, *_: object) -> None:
        pass


@pytest.fixture
def airflow(monkeypatch):
    """The names that the DAG imports."""
    sdk, exceptions = ModuleType("airflow.sdk"), ModuleType("airflow.sdk.exceptions")
    sdk.__dict__.update(
        DAG=Dag,
        get_current_context=lambda: {"run_id": "manual__1"},
        task=lambda _, task_id: lambda _: Task(task_id),
    )
    exceptions.__dict__["AirflowFailException"] = FailError
    found = {"airflow": ModuleType("airflow"), sdk.__name__: sdk, exceptions.__name__: exceptions}
    for name, module in found.items():
        monkeypatch.setitem(sys.modules, name, module)
    Task.made.clear()


def load(folder: Path, script: str) -> dict[str, Any]:
    """Returns the names of the DAG of a repository whose pipeline is this script."""
    copy = folder / "orchestration" / "dags" / "pipeline.py"
    copy.parent.mkdir(parents=True, exist_ok=True)
    text = FILE.read_text(encoding="utf-8")
    command = text.split("COMMAND = ")[1].splitlines()[0]
    copy.write_text(text.replace(command, repr([sys.executable, "-c", script])), encoding="utf-8")
    hooks = next(REPOSITORY.glob("src/*/mlops/hooks.py")).relative_to(REPOSITORY)
    for name in ("dvc.yaml", "pipeline.yaml", str(hooks)):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes((REPOSITORY / name).read_bytes())
    return run_path(str(copy))


@pytest.mark.usefixtures("airflow")
def test_each_step_of_the_pipeline_is_a_task_after_the_one_before_it(tmp_path):
    load(tmp_path, LIST)
    assert [task.name for task in Task.made] == ["data", "train", "gate"]
    assert [task.after for task in Task.made] == [[], ["data"], ["train"]]
    assert (Dag.options["catchup"], Dag.options["max_active_runs"]) == (False, 1)


@pytest.mark.usefixtures("airflow")
def test_the_pipeline_is_asked_for_its_steps_only_when_they_can_have_changed(tmp_path):
    load(tmp_path, LIST)
    load(tmp_path, LIST)
    assert (tmp_path / "asked").read_text(encoding="utf-8") == "x"
    (tmp_path / "dvc.yaml").write_text("stages: {}", encoding="utf-8")
    found = run_path(str(tmp_path / "orchestration" / "dags" / "pipeline.py"))
    assert (tmp_path / "asked").read_text(encoding="utf-8") == "xx"
    assert found["list_steps"]() == ["data", "train", "gate"]


@pytest.mark.usefixtures("airflow")
def test_steps_that_cannot_be_listed_are_an_error_with_the_reason(tmp_path):
    with pytest.raises(RuntimeError, match=r'are not known: "dvc.yaml" is missing'):
        load(tmp_path, "import sys; sys.exit('\"dvc.yaml\" is missing')")


@pytest.mark.usefixtures("airflow")
@pytest.mark.parametrize(
    ("status", "error", "reason"),
    [
        (1, FailError, "trying again would not help"),
        (2, FailError, "trying again would not help"),
        (75, RuntimeError, "the cause can pass"),
        (143, RuntimeError, "it was stopped"),
    ],
)
def test_only_what_can_pass_or_was_stopped_is_tried_again(status, error, reason, tmp_path, capfd):
    script = f"{LIST}; print('--run' in status and 'line of the step'); '--only' in status and "
    found = load(tmp_path, f"{script} sys.exit({status})")
    with pytest.raises(error, match=f'"train" ended with status {status}: {reason}'):
        found["run_step"]("train")
    assert "line of the step" in capfd.readouterr().out


@pytest.mark.usefixtures("airflow")
def test_the_command_of_a_step_names_it_and_the_run_and_ends_with_the_task(tmp_path, capfd):
    found = load(tmp_path, f"{LIST}; '--only' in status and print(status)")
    began = time.monotonic()
    found["run_step"]("gate")
    assert time.monotonic() - began < 60
    expected = (
        "['--only', 'gate', '--run', 'manual__1', '--trigger', 'airflow', '--end-with-input']"
    )
    assert expected in capfd.readouterr().out


FAKE_UV = """#!/bin/sh
[ "$5" = db ] && exit 0
sleep 600 &
echo $! > "$STARTED.part"
mv "$STARTED.part" "$STARTED"
wait
"""


def test_sigterm_ends_airflow_with_all_that_it_started(tmp_path):
    uv, started = tmp_path / "uv", tmp_path / "started"
    uv.write_text(FAKE_UV, encoding="utf-8")
    uv.chmod(0o700)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    process = subprocess.Popen(
        [sys.executable, REPOSITORY / "tasks" / "airflow.py", "standalone"],
        env={**os.environ, "PATH": path, "STARTED": str(started)},
    )
    while not started.is_file():
        assert process.poll() is None
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 130
    child = started.read_text(encoding="ascii").strip()
    status = subprocess.run(["ps", "-o", "stat=", "-p", child], capture_output=True, text=True)
    assert status.stdout.strip()[:1] in ("", "Z")  # gone, or not yet collected by its new parent
