"""The flow of Prefect, without Prefect: what it asks the pipeline, and when a task is tried again.

`uv run poe prefect standalone` runs it with Prefect.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from runpy import run_path
from types import ModuleType, SimpleNamespace
from typing import Any, ClassVar

import pytest

REPOSITORY = Path(__file__).parents[2]
FILE = REPOSITORY / "orchestration" / "flow.py"
SETTING = "import sys; status = sys.argv[1:]; "
LIST = SETTING + "'--list' in status and print('data\\ntrain\\ngate')"


class Task:
    """A function that Prefect would run, which runs at once."""

    options: ClassVar[dict[str, Any]] = {}
    names: ClassVar[list[str]] = []

    def __init__(self, function: Any) -> None:
        self.function = function

    def with_options(self, name: str, task_run_name: str) -> Any:
        assert name == task_run_name
        self.names.append(name)
        return self.function


class Client:
    """A server with runs, of which some beat."""

    def __init__(self, runs: dict[str, float], beating: set[str]) -> None:
        """Takes seconds since the last change of the state, by the id of a run."""
        now = datetime.now(UTC)
        self.runs = [
            SimpleNamespace(
                id=name, state=SimpleNamespace(timestamp=now - timedelta(seconds=seconds))
            )
            for name, seconds in runs.items()
        ]
        self.beating = beating
        self.ended: list[str] = []

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def read_flow_runs(self, **_: object) -> list[SimpleNamespace]:
        return self.runs

    def request(self, *_: object, json: Any) -> SimpleNamespace:
        asked = json["filter"]["resource"]["id"][0].removeprefix("prefect.flow-run.")
        return SimpleNamespace(json=lambda: {"events": [1] if asked in self.beating else []})

    def set_flow_run_state(self, run: str, state: object, force: bool) -> None:
        assert force
        assert state.message == "It is silent: killed."
        self.ended.append(run)


def add_module(monkeypatch: pytest.MonkeyPatch, name: str, **names: Any) -> None:
    module = ModuleType(name)
    module.__dict__.update(names)
    monkeypatch.setitem(sys.modules, name, module)


@pytest.fixture
def prefect(monkeypatch):
    """The names that the flow imports."""

    def task(**options: Any) -> Any:
        Task.options = options
        return Task

    fields = SimpleNamespace
    add_module(
        monkeypatch, "prefect", task=task, flow=lambda **_: lambda made: made, get_client=None
    )
    add_module(monkeypatch, "httpx", HTTPError=OSError)
    for name in ("prefect.client", "prefect.client.schemas"):
        add_module(monkeypatch, name)
    add_module(monkeypatch, "prefect.client.orchestration", SyncPrefectClient=Client)
    filters = ("FlowFilter", "FlowFilterName", "FlowRunFilter")
    more = ("FlowRunFilterState", "FlowRunFilterStateType")
    names = dict.fromkeys((*filters, *more), fields)
    add_module(monkeypatch, "prefect.client.schemas.filters", **names)
    states = fields(PENDING="PENDING", RUNNING="RUNNING", CANCELLING="CANCELLING")
    add_module(monkeypatch, "prefect.client.schemas.objects", FlowRun=fields, StateType=states)
    add_module(monkeypatch, "prefect.exceptions", PrefectException=OSError)
    add_module(monkeypatch, "prefect.runtime", flow_run=fields(id="run-1"))
    add_module(monkeypatch, "prefect.states", Crashed=fields)
    Task.names.clear()


def load(folder: Path, script: str) -> dict[str, Any]:
    """Returns the names of the flow of a repository whose pipeline is this script."""
    copy = folder / "orchestration" / "flow.py"
    copy.parent.mkdir(parents=True, exist_ok=True)
    text = FILE.read_text(encoding="utf-8")
    command = text.split("COMMAND = ")[1].splitlines()[0]
    copy.write_text(text.replace(command, repr([sys.executable, "-c", script])), encoding="utf-8")
    return run_path(str(copy))


@pytest.mark.usefixtures("prefect")
def test_each_step_of_the_pipeline_is_a_task_and_they_run_in_order(tmp_path, capfd):
    found = load(tmp_path, f"{LIST}; '--only' in status and print(status)")
    found["pipeline"]()
    assert Task.names == ["data", "train", "gate"]
    expected = "['--only', 'gate', '--run', 'run-1', '--trigger', 'prefect', '--end-with-input']"
    assert capfd.readouterr().out.splitlines()[-1] == expected


@pytest.mark.usefixtures("prefect")
def test_steps_that_cannot_be_listed_are_an_error_with_the_reason(tmp_path):
    found = load(tmp_path, "import sys; sys.exit('\"dvc.yaml\" is missing')")
    with pytest.raises(RuntimeError, match=r'are not known: "dvc.yaml" is missing'):
        found["pipeline"]()


@pytest.mark.usefixtures("prefect")
@pytest.mark.parametrize(
    ("status", "again", "reason"),
    [
        (1, False, "trying again would not help"),
        (2, False, "trying again would not help"),
        (75, True, "the cause can pass"),
        (143, True, "it was stopped"),
    ],
)
def test_only_what_can_pass_or_was_stopped_is_tried_again(status, again, reason, tmp_path):
    found = load(tmp_path, f"{LIST}; '--only' in status and sys.exit({status})")
    with pytest.raises(Exception, match=f'"data" ended with status {status}: {reason}') as error:
        found["pipeline"]()
    state = SimpleNamespace(result=lambda **_: error.value)
    assert Task.options["retry_condition_fn"](None, None, state) is again
    assert Task.options["retries"] == len(Task.options["retry_delay_seconds"])


@pytest.mark.usefixtures("prefect")
def test_a_run_that_is_silent_twice_is_ended_and_no_other(tmp_path):
    found = load(tmp_path, LIST)
    client = Client({"new": 10, "beats": 600, "dead": 600, "back": 600}, {"beats"})
    found["end_silent_runs"].__globals__["get_client"] = lambda **_: client
    suspects = found["end_silent_runs"](set())
    assert suspects == {"dead", "back"}
    assert client.ended == []
    client.beating.add("back")  # the server was away, not the run
    assert found["end_silent_runs"](suspects) == set()
    assert client.ended == ["dead"]


FAKE_UV = """#!/bin/sh
case "$*" in *"server start"*) exec "$PYTHON" -c "$SERVER" ;; esac
sleep 600 &
echo $! > "$STARTED.part"
mv "$STARTED.part" "$STARTED"
wait
"""
SERVER = """
import http.server, os
class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Health).serve_forever()
"""


def find_port() -> int:
    """Returns a port that nothing listens to."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def test_sigterm_ends_server_and_flow_with_all_that_they_started(tmp_path):
    port = find_port()
    uv, started = tmp_path / "uv", tmp_path / "started"
    uv.write_text(FAKE_UV, encoding="utf-8")
    uv.chmod(0o700)
    variables = {
        "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
        "STARTED": str(started),
        "PYTHON": sys.executable,
        "SERVER": SERVER,
        "PORT": str(port),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
    }
    process = subprocess.Popen(
        [sys.executable, REPOSITORY / "tasks" / "prefect.py", "standalone"],
        env={**os.environ, **variables},
    )
    while not started.is_file():
        assert process.poll() is None
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 130
    child = started.read_text(encoding="ascii").strip()
    status = subprocess.run(["ps", "-o", "stat=", "-p", child], capture_output=True, text=True)
    assert status.stdout.strip()[:1] in ("", "Z")  # gone, or not yet collected by its new parent
