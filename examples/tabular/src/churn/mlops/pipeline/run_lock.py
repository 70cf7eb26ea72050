"""One run of the pipeline at a time; a signal ends it in order."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from ..errors import UserError
from ..file_lock import try_lock
from . import records

LOCK = Path("pipeline/run.lock")
SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")


class Stopped(BaseException):
    """A signal that asks the pipeline to end."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"stopped by {signal.Signals(number).name}")


@contextmanager
def hold_run_lock() -> Iterator[None]:
    """Raises UserError with the id of the run that holds the lock."""
    LOCK.parent.mkdir(parents=True, exist_ok=True)
    with LOCK.open("a", encoding="utf-8") as file:
        if not try_lock(file):
            raise UserError(_describe_other())
        yield


def _describe_other() -> str:
    running = [one for one in records.read_records() if one.exit_reason == records.RUNNING]
    if not running:
        return "another run of the pipeline has just begun: wait for it, or stop it"
    run = running[-1]
    steps = f', step "{run.steps[-1].name}"' if run.steps else ""
    return (
        f'the pipeline is running already: run "{run.run_id}" since '
        f"{run.started:%Y-%m-%d %H:%M:%S} UTC{steps}: wait for it, or stop it"
    )


@contextmanager
def signals_as_errors() -> Iterator[None]:
    """Raises Stopped where the first signal arrives; further ones are ignored."""
    names = [name for name in SIGNALS if hasattr(signal, name)]
    before = {name: signal.getsignal(getattr(signal, name)) for name in names}

    def stop(number: int, _: FrameType | None) -> None:
        for name in names:
            signal.signal(getattr(signal, name), signal.SIG_IGN)
        raise Stopped(number)

    try:
        for name in names:
            if before[name] is not signal.SIG_IGN:  # as under nohup
                signal.signal(getattr(signal, name), stop)
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)
