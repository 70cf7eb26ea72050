"""Runs one step in a process of its own: `python -m <package>.mlops.pipeline.process NAME`."""

import os
import subprocess
import sys
from pathlib import Path

from ...project import PROJECT
from ..command_line import catch_errors, show_progress
from .step import find_step, list_steps

MODULE = __spec__.name if __name__ == "__main__" else __name__


def run_in_process(name: str) -> int:
    """Returns the exit status of the step."""
    command = [sys.executable, "-m", MODULE, name]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    return subprocess.run(command, env=environment, check=False).returncode


def main() -> int:
    """Runs the step that the command line names."""
    show_progress()
    return catch_errors(lambda: run_step(sys.argv[1]))


def run_step(name: str) -> int | None:
    """Runs a step with the settings of config.yaml."""
    step = find_step(name, list_steps())
    return step.run(PROJECT.load_config(Path("config.yaml"), []))


if __name__ == "__main__":
    raise SystemExit(main())
