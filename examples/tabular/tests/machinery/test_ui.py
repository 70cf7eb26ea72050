"""`poe ui`: one address, a free port, and no process that is left."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from churn.mlops import tracking, ui
from churn.mlops.errors import UserError
from churn.project import PROJECT

MODULE = ui.__name__


def test_a_port_that_is_taken_is_one_line_with_what_to_do(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with socket.socket() as listener:
        listener.bind((ui.HOST, 0))
        listener.listen()
        port = listener.getsockname()[1]
        assert ui.main(["--port", str(port)]) == 2
    message = capsys.readouterr().err
    assert message == f"port {port} is taken: choose another with --port, or none\n"


def test_the_first_free_port_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ui, "is_free", lambda port: port >= ui.FIRST_PORT + 2)
    assert ui.find_port(None) == ui.FIRST_PORT + 2
    monkeypatch.setattr(ui, "is_free", lambda _: False)
    with pytest.raises(UserError, match="are taken: choose one with --port"):
        ui.find_port(None)


@pytest.mark.parametrize("port", [-1, 0, 65536])
def test_a_number_that_is_no_port_is_named(port: int) -> None:
    with pytest.raises(UserError, match=f'"--port {port}" is not a port'):
        ui.find_port(port)


def test_no_run_yet_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config = Path("config.yaml").resolve()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    assert ui.main(["--config", str(config)]) == 2
    assert '"mlflow.db" is missing, so there is no run' in capsys.readouterr().err


def test_the_address_opens_the_pages_for_this_kind_of_model() -> None:
    kind = "genai" if PROJECT.modality == "llm" else "machine_learning"
    assert ui.make_page("7").startswith("#/experiments/7")
    assert ui.make_page("7").endswith(f"?workflowType={kind}")
    assert ui.make_page("") == "#/experiments"


@pytest.mark.parametrize("signals", [1, 2])
def test_a_signal_while_the_server_is_started_ends_it(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, signals: int
) -> None:
    ended = []

    class Server(ui.Server):
        def __init__(self, address: str, port: int) -> None:
            super().__init__(address, port)
            for _ in range(signals):
                signal.raise_signal(signal.SIGTERM)

        def stop(self) -> None:
            super().stop()
            ended.append(self._process.poll())

    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setattr(ui, "Server", Server)
    monkeypatch.setattr(ui.runs, "find_experiment", lambda _: "7")
    monkeypatch.chdir(workspace)
    config = PROJECT.load_config(Path("config.yaml"), ["runtime.track=true"])
    with tracking.start(config, name="page") as run:
        assert run.id
    before = signal.getsignal(signal.SIGTERM)
    try:
        assert ui.main([]) == 0
    finally:
        signal.signal(signal.SIGTERM, before)
    assert len(ended) == 1
    assert ended[0] is not None


@pytest.mark.skipif(os.name != "posix", reason="Windows has no SIGINT for a single process")
@pytest.mark.parametrize("signals", [["SIGINT"], ["SIGTERM", "SIGTERM"]])  # poe sends its own too
def test_the_page_of_the_experiment_is_served_until_a_signal_ends_it(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, signals: list[str]
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    config = PROJECT.load_config(workspace / "config.yaml", ["runtime.track=true"])
    with tracking.start(config, name="page") as run:
        assert run.id
    command = [sys.executable, "-m", MODULE]
    paths = os.pathsep.join(path for path in sys.path if path)
    variables = {**os.environ, "PYTHONPATH": paths}
    with subprocess.Popen(
        command, cwd=workspace, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as server:
        assert server.stdout
        assert server.stderr
        address = server.stdout.readline().decode().strip()
        assert address.startswith(f"http://{ui.HOST}:")
        assert "/#/experiments/" in address
        port = int(address.split(":")[2].split("/")[0])
        assert not ui.is_free(port)
        started = time.monotonic()
        for name in signals:
            server.send_signal(getattr(signal, name))
            time.sleep(0.1)
        assert server.wait(timeout=30) == 0
        assert time.monotonic() - started < 10
        assert server.stderr.read() == b""
    assert ui.is_free(port)
