"""`poe ui`: opens the page of this experiment in MLflow."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from argparse import Namespace
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from ..project import PROJECT
from . import runs
from .command_line import Arguments, run
from .errors import UserError

DESCRIPTION = "Serve the page of this experiment in MLflow, until Ctrl-C."
HOST = "127.0.0.1"
FIRST_PORT, PORTS = 5000, 100  # the ports that are tried
MAX_START = 120.0  # seconds in which the server has to answer
GRACE = 0.5  # seconds that it gets to end: poe kills a task 1.6 s after Ctrl-C
MAX_ANSWER = 1.0  # seconds that one answer of it may take; then it is asked again
WAIT = 0.1  # seconds between two looks
QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",  # else it starts three more processes
}

_signals: list[int] = []  # that asked this command to end


def main(argv: Sequence[str] | None = None) -> int:
    """Prints the address first; status 2 when the port is taken or the server does not start."""
    help_port = f"the port to listen on (default: the first free one from {FIRST_PORT})"
    arguments: Arguments = {"--port": {"type": int, "metavar": "N", "help": help_port}}
    return run("ui", DESCRIPTION, serve, argv, arguments)


def serve(arguments: Namespace) -> int:
    """Starts a server for the runs of this repository, or names the page on the team's server."""
    port = find_port(arguments.port)
    config = PROJECT.load_config(arguments.config, arguments.overrides)
    address = runs.find_address()
    page = make_page(runs.find_experiment(config.experiment))
    if address.startswith("databricks"):
        raise UserError(f'the runs are at "{address}": open the experiment in that workspace')
    if address.startswith(("http://", "https://")):
        print(f"{address.rstrip('/')}/{page}")
        return 0
    _note_signals()
    url = f"http://{HOST}:{port}"
    server = Server(address, port)
    try:
        with _waiting_line():
            server.wait_until_ready(url)
        if not _signals:
            print(f"{url}/{page}", flush=True)
            print("Ctrl-C ends it.", flush=True)
        server.wait()
        if not _signals:
            raise UserError(server.describe_end())
    finally:
        server.stop()
    return 0


def make_page(experiment: str) -> str:
    """Returns the part of the address after the server: the runs, or the answers of an llm.

    A browser shows MLflow's pages for language models unless the address asks for the others.
    """
    if not experiment:
        return "#/experiments"
    if PROJECT.modality == "llm":
        return f"#/experiments/{experiment}?workflowType=genai"
    return f"#/experiments/{experiment}/runs?workflowType=machine_learning"


def find_port(wanted: int | None) -> int:
    """Returns the wanted port, or the first free one; raises UserError when it is taken."""
    if wanted is not None:
        if not is_free(wanted):
            raise UserError(f"port {wanted} is taken: choose another with --port, or none")
        return wanted
    for port in range(FIRST_PORT, FIRST_PORT + PORTS):
        if is_free(port):
            return port
    last = FIRST_PORT + PORTS - 1
    raise UserError(f"the ports {FIRST_PORT} to {last} are taken: choose one with --port")


def is_free(port: int) -> bool:
    """Whether a server can listen on the port."""
    if not 0 < port < 65536:
        raise UserError(f'"--port {port}" is not a port: choose one from 1 to 65535')
    with socket.socket() as listener:
        if os.name == "posix":  # else a port is taken for a minute after its server ended
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError:
            return False
    with socket.socket() as visitor:  # a server for all addresses leaves this one to others
        visitor.settimeout(1)
        return visitor.connect_ex((HOST, port)) != 0


class Server:
    """MLflow's server in a process group of its own, and what it prints."""

    def __init__(self, address: str, port: int) -> None:
        """Starts it for the runs at the address."""
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  # open as long as the server runs
        where = ["--host", HOST, "--port", str(port)]
        command = [sys.executable, "-m", "mlflow", "server", "--workers", "1"]
        group: dict[str, Any] = {"start_new_session": True}
        if sys.platform == "win32":
            group = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
        self._process = subprocess.Popen(
            [*command, "--backend-store-uri", address, *where],
            stdout=self._log,
            stderr=subprocess.STDOUT,
            env={**os.environ, **QUIET},
            **group,
        )

    def wait_until_ready(self, url: str) -> None:
        """Returns once the server answers, or a signal came; raises UserError when it ends."""
        deadline = time.monotonic() + MAX_START
        while time.monotonic() < deadline:
            if _signals or _is_healthy(url):
                return
            if self._process.poll() is not None:
                raise UserError(self.describe_end())
            time.sleep(WAIT)
        raise UserError(
            f"MLflow does not answer after {MAX_START:.0f} seconds: {self._last_line()}"
        )

    def wait(self) -> None:
        """Returns when the server ends by itself, or a signal came."""
        while not _signals and self._process.poll() is None:
            time.sleep(WAIT)

    def stop(self) -> None:
        """Ends the server and every process that it started."""
        if sys.platform == "win32":
            command = ["taskkill", "/F", "/T", "/PID", str(self._process.pid)]
            subprocess.run(command, capture_output=True, check=False)
            return
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(GRACE)

    def describe_end(self) -> str:
        """Returns that it ended, and what it said at last."""
        return f"MLflow ended with status {self._process.returncode}: {self._last_line()}"

    def _last_line(self) -> str:
        self._log.seek(0)
        lines = self._log.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it printed nothing"


def _is_healthy(url: str) -> bool:
    """Whether a server of this machine answers."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=MAX_ANSWER)
    with contextlib.closing(connection):
        try:
            connection.request("GET", "/health")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):  # it does not listen yet
            return False


@contextlib.contextmanager
def _waiting_line() -> Iterator[None]:
    """A line on a terminal as long as the server starts, so that the address stays the first."""
    if not sys.stderr.isatty():
        yield
        return
    line = "MLflow is starting ..."
    print(line, end="\r", file=sys.stderr, flush=True)
    try:
        yield
    finally:
        print(" " * len(line), end="\r", file=sys.stderr, flush=True)


def _note_signals() -> None:
    """Notes the signals that end this command, such as the terminal's and the one that poe sends.

    An exception could arise anywhere, also between the start of the server and the code that ends
    it.
    """
    _signals.clear()
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda number, _: _signals.append(number))


if __name__ == "__main__":
    raise SystemExit(main())
