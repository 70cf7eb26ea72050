"""Runs a step in a process of its own, and measures it."""

import os
import signal
import subprocess
import sys
import threading
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from .content import read_json

MODULE = f"{__name__.rpartition('.')[0]}.step_process"
GRACE = 10.0  # seconds that a step gets to end
LAST_LINES = 15  # that are kept of its output
CHUNK = 1 << 16


@dataclass(frozen=True)
class ProcessEnd:
    """How the process of a step ended, and what it took; None: not known here."""

    status: int  # negative: the signal that ended it
    cpu_seconds: float | None
    peak_memory_bytes: int | None
    waiting_seconds: float | None
    can_pass: bool  # the cause of a failure is one that can pass
    last_lines: str

    @property
    def reason(self) -> str:
        """Returns how it ended, for a message."""
        if self.status < 0:
            return f"was killed by {signal.Signals(-self.status).name}"
        return f"ended with status {self.status}"


class Output:
    """What a step prints: copied to standard output and to its log, the end of it kept."""

    def __init__(self, stream: IO[bytes], log: Path) -> None:
        """Starts to copy; `log` is written from its end."""
        self._stream = stream
        self._log = log
        self._lines: deque[bytes] = deque([b""], maxlen=LAST_LINES + 1)
        self._thread = threading.Thread(target=self._copy, daemon=True)
        self._thread.start()

    def finish(self) -> str:
        """Returns the last lines; a process that the step left behind is not waited for."""
        self._thread.join(GRACE)
        text = b"\n".join(self._lines).decode("utf-8", "replace")
        return text.strip()

    def _copy(self) -> None:
        with suppress(OSError), self._log.open("ab") as log:
            while chunk := os.read(self._stream.fileno(), CHUNK):
                *ended, rest = (self._lines.pop() + chunk).split(b"\n")
                self._lines.extend([*ended, rest])
                with suppress(OSError, ValueError):  # no one reads it any more
                    sys.stdout.buffer.write(chunk)
                    sys.stdout.flush()
                with suppress(OSError):  # a full disk is for the step to report
                    log.write(chunk)
                    log.flush()


def run_step(name: str, folder: Path) -> ProcessEnd:
    """Runs a step; its log and what it reports are in the folder.

    The process ends with this one, also when this one is killed.
    """
    report = folder / f"{name}.json"
    report.unlink(missing_ok=True)
    process = subprocess.Popen(
        [sys.executable, "-m", MODULE, name, str(report)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        start_new_session=True,
    )
    stdout = cast(IO[bytes], process.stdout)  # it is a pipe
    output = Output(stdout, folder / f"{name}.log")
    try:
        status, usage = _wait(process)
    except BaseException:
        _stop(process)
        raise
    last_lines = output.finish()
    known = read_json(report)  # nothing when it was killed before
    return ProcessEnd(
        status=status,
        cpu_seconds=round(usage.ru_utime + usage.ru_stime, 3) if usage else None,
        peak_memory_bytes=_to_bytes(usage.ru_maxrss) if usage else None,
        waiting_seconds=known.get("waiting_seconds"),
        can_pass=bool(known.get("can_pass")),
        last_lines=last_lines,
    )


def _wait(process: subprocess.Popen[bytes]) -> tuple[int, Any]:
    """The status, and what the process and those that it waited for have used."""
    if not hasattr(os, "wait4"):
        return process.wait(), None
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage


def _to_bytes(maxrss: int) -> int:
    return maxrss if sys.platform == "darwin" else maxrss * 1024


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ends the process and all that it started."""
    if not hasattr(os, "killpg"):
        process.kill()
        return
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(GRACE)
