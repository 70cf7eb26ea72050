"""Runs one step, in a process that ends with the pipeline: NAME REPORT are its arguments.

REPORT is a file for what only this process knows: how long it waited, and whether the cause of an
error can pass.
"""

import os
import signal
import sys
import threading
import time
from pathlib import Path

from ...project import PROJECT
from .. import command_line
from ..file_lock import hold
from ..files import to_json, write_whole
from .step import find_step, list_steps

LOCK = Path("pipeline/step.lock")  # held by the one step that runs
BUSY = "A step of a run that was killed is still ending: this one waits for it."
SCHEDULER = Path("/proc/thread-self/schedstat")  # of Linux: nanoseconds computed, and queued


def main() -> int:
    """Runs the step that the command line names."""
    name, report = sys.argv[1:]
    end_with_parent()
    command_line.show_progress()
    started, computed = time.perf_counter(), read_busy_seconds()
    with hold(LOCK, BUSY):
        status = command_line.catch_errors(lambda: run_step(name))
    waited = None
    if computed is not None:
        busy = (read_busy_seconds() or 0.0) - computed
        waited = max(0.0, time.perf_counter() - started - busy)
    can_pass = bool(status and command_line.PASSING)
    write_whole(Path(report), to_json({"waiting_seconds": waited, "can_pass": can_pass}))
    return status


def run_step(name: str) -> int | None:
    """Runs a step with the settings of config.yaml."""
    step = find_step(name, list_steps())
    return step.run(PROJECT.load_config(Path("config.yaml"), []))


def end_with_parent() -> None:
    """Ends this process and all that it started when the pipeline is gone, however it ended.

    The pipeline keeps the other end of standard input open and writes nothing to it.
    """
    pipe = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    threading.Thread(target=_wait_for_end, args=(pipe,), daemon=True).start()


def _wait_for_end(pipe: int) -> None:
    os.read(pipe, 1)
    if hasattr(os, "killpg") and os.getpgid(0) == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def read_busy_seconds() -> float | None:
    """Returns how long this thread computed or waited for a core; None where it is not known."""
    try:
        computed, queued, *_ = SCHEDULER.read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return None
    return (int(computed) + int(queued)) / 1e9


if __name__ == "__main__":
    raise SystemExit(main())
