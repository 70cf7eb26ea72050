"""Runs Prefect in its own environment: its state is in .prefect/, its flow in orchestration/.

`standalone`: a server with its user interface, and what runs the flow; `serve`: only what runs the
flow, for a server that PREFECT_API_URL names. Everything else is a command of Prefect.
"""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import suppress
from pathlib import Path
from types import FrameType

REPOSITORY = Path(__file__).resolve().parents[1]
PROJECT = REPOSITORY / "orchestration"
PORT = "4200"
DEFAULTS = {
    "PREFECT_HOME": str(REPOSITORY / ".prefect"),
    "PREFECT_API_URL": f"http://127.0.0.1:{PORT}/api",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",  # seconds; flow.py ends a run that is silent
    "DO_NOT_TRACK": "1",
}
OF_THIS_PROJECT = ("VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT")  # this would be replaced by Prefect's
UV = ("uv", "run", "--project", str(PROJECT))
START = 300.0  # seconds that the server gets to answer: at first it makes its tables
GRACE = 20.0  # seconds that each process gets to end


class Stopped(BaseException):
    """A signal that asks this process to end."""


def main() -> int:
    """Runs Prefect with the arguments of the command line; returns its status."""
    own = {name: value for name, value in os.environ.items() if name not in OF_THIS_PROJECT}
    env = {**DEFAULTS, **own}
    words = sys.argv[1:] or ["--help"]
    serve = [*UV, "python", str(PROJECT / "flow.py")]
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    running: list[subprocess.Popen[bytes]] = []
    try:
        if words == ["standalone"]:
            address = env["PREFECT_API_URL"]
            server = [*UV, "prefect", "server", "start", *find_place(address)]
            running.append(subprocess.Popen(server, env=env, start_new_session=True))
            if not wait_for(f"{address}/health", running[0]):
                print(f'The server of Prefect does not answer at "{address}".', file=sys.stderr)
                return 1
        command = serve if words in (["standalone"], ["serve"]) else [*UV, "prefect", *words]
        running.append(subprocess.Popen(command, env=env, start_new_session=True))
        return wait_for_one(running)
    except Stopped:
        return 130
    finally:
        for process in reversed(running):  # the server last: it notes how the others ended
            end_group(process)


def find_place(address: str) -> list[str]:
    """Returns host and port of the server as options."""
    place = urllib.parse.urlsplit(address)
    return ["--host", str(place.hostname), "--port", str(place.port or PORT)]


def wait_for(address: str, server: subprocess.Popen[bytes]) -> bool:
    """Waits until the server answers; returns whether it does."""
    end = time.monotonic() + START
    while time.monotonic() < end and server.poll() is None:
        with suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            request = urllib.request.Request(address)  # noqa: S310 - the address is the user's own
            urllib.request.urlopen(request, timeout=5).close()  # noqa: S310 # nosec B310 - as above
            return True
        time.sleep(0.5)
    return False


def wait_for_one(running: list[subprocess.Popen[bytes]]) -> int:
    """Waits until one of the processes ends; returns its status."""
    while True:
        for process in running:
            status = process.poll()
            if status is not None:
                return status
        time.sleep(0.2)


def stop(_: int, __: FrameType | None) -> None:
    """Ends this process; further signals do not."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    raise Stopped


def end_group(process: subprocess.Popen[bytes]) -> None:
    """Ends all processes of a session; by SIGKILL what is there after the grace time."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
        end = time.monotonic() + GRACE
        while time.monotonic() < end:
            process.poll()
            os.killpg(process.pid, 0)
            time.sleep(0.2)
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


if __name__ == "__main__":
    raise SystemExit(main())
