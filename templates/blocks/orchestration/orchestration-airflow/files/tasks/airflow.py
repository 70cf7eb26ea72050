"""Runs Airflow in its own environment, with its state in .airflow/ and the DAGs of orchestration/."""

import os
import subprocess
import sys
from pathlib import Path

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


def main() -> int:
    """Runs Airflow with the arguments of the command line; returns its status."""
    own = {name: value for name, value in os.environ.items() if name not in OF_THIS_PROJECT}
    env = {**DEFAULTS, **own}
    command = ["uv", "run", "--project", str(PROJECT), "airflow"]
    if sys.argv[1:2] != ["db"]:  # most commands need the tables; this makes or changes them
        migrated = run([*command, "db", "migrate"], env, quiet=True)
        if migrated:
            return migrated
    return run([*command, *(sys.argv[1:] or ["--help"])], env)


def run(command: list[str], env: dict[str, str], *, quiet: bool = False) -> int:
    """Returns the status; what a quiet command printed is shown when it failed."""
    done = subprocess.run(command, env=env, check=False, capture_output=quiet, text=True)
    if quiet and done.returncode:
        print(done.stdout, done.stderr, file=sys.stderr)
    return done.returncode


if __name__ == "__main__":
    raise SystemExit(main())
