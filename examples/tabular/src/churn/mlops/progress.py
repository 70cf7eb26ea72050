"""Says how far a step is that takes more than two seconds; shorter ones print nothing."""

import os
import sys
import time
from collections.abc import Iterable, Iterator, Sized
from typing import TypeVar

T = TypeVar("T")
SILENT_SECONDS = 2.0  # before the first line
TERMINAL_SECONDS = 0.2  # from one text to the next, on the same line of a terminal
PLAIN_SECONDS = 10.0  # from one line to the next in a log
CLEAR = "\r\033[K"  # to the start of the line, and nothing after it


class Progress:
    """Prints a number that grows, to standard error."""

    def __init__(self, what: str, total: int | None = None) -> None:
        """`what` is what is done, such as "Reading images"."""
        self._what = what
        self._total = "" if total is None else f" of {total:,}"
        self._is_terminal = sys.stderr.isatty() and "CI" not in os.environ
        self._pause = TERMINAL_SECONDS if self._is_terminal else PLAIN_SECONDS
        self._next_time = time.monotonic() + SILENT_SECONDS
        self._was_shown = False

    def report(self, number: int) -> None:
        """Prints the number when the last one was printed long enough ago."""
        if time.monotonic() < self._next_time:
            return
        self._next_time = time.monotonic() + self._pause
        self._was_shown = True
        text = f"{self._what}: {number:,}{self._total}"
        if self._is_terminal:
            print(f"{CLEAR}{text}", end="", file=sys.stderr, flush=True)
        else:
            print(text, file=sys.stderr, flush=True)

    def close(self) -> None:
        """Clears the line of a terminal."""
        if self._was_shown and self._is_terminal:
            print(CLEAR, end="", file=sys.stderr, flush=True)


def track(items: Iterable[T], what: str) -> Iterator[T]:
    """Yields the items; prints `what` with their number to standard error."""
    progress = Progress(what, len(items) if isinstance(items, Sized) else None)
    try:
        for number, item in enumerate(items):
            progress.report(number)
            yield item
    finally:
        progress.close()
