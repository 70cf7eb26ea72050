"""Runs Airflow in its own environment: its state is in .airflow/, its DAGs in orchestration/."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType

REPOSITORY = Path(__file__).resolve().parents[1]
PROJECT = REPOSITORY / "orchestration"
DEFAULTS = {
    "AIRFLOW_HOME": str(REPOSITORY / ".airflow"),
    "AIRFLOW__CORE__DAGS_FOLDER": str(PROJECT / "dags"),
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
    "AIRFLOW__CORE__PARALLELISM": "4",  # tasks at the same time: each has a process that waits
    "AIRFLOW__API__HOST": "127.0.0.1",  # the page has one password, and is for this machine
}
OF_THIS_PROJECT = ("VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT")  # this would be replaced by Airflow's


GRACE = 20.0  # seconds that Airflow gets to end


class Stopped(BaseException):
    """A signal that asks this process to end."""


def main() -> int:
    """Runs Airflow with the arguments of the command line; returns its status."""
    own = {name: value for name, value in os.environ.items() if name not in OF_THIS_PROJECT}
    env = {**DEFAULTS, **own}
    command = ["uv", "run", "--project", str(PROJECT), "airflow"]
    if sys.argv[1:2] != ["db"]:  # most commands need the tables; this makes or changes them
        done = subprocess.run([*command, "db", "migrate"], env=env, capture_output=True, text=True)
        if done.returncode:
            print(done.stdout, done.stderr, file=sys.stderr)
            return done.returncode
    return run([*command, *(sys.argv[1:] or ["--help"])], env)


def run(command: list[str], env: dict[str, str]) -> int:
    """Runs Airflow; SIGTERM and Ctrl-C end it with all that it started, which it leaves running."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    process = subprocess.Popen(command, env=env, start_new_session=True)
    try:
        return process.wait()
    except Stopped:
        end_group(process)
        return 130


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
