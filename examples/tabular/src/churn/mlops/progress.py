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


def track(items: Iterable[T], what: str) -> Iterator[T]:
    """Yields the items; prints `what` ("Reading images") with their number to standard error."""
    total = f" of {len(items):,}" if isinstance(items, Sized) else ""
    is_terminal = sys.stderr.isatty() and "CI" not in os.environ
    pause = TERMINAL_SECONDS if is_terminal else PLAIN_SECONDS
    next_time = time.monotonic() + SILENT_SECONDS
    was_shown = False
    try:
        for number, item in enumerate(items):
            if time.monotonic() >= next_time:
                next_time = time.monotonic() + pause
                was_shown = True
                _show(f"{what}: {number:,}{total}", is_terminal)
            yield item
    finally:
        if was_shown and is_terminal:
            print(CLEAR, end="", file=sys.stderr, flush=True)


def _show(text: str, is_terminal: bool) -> None:
    if is_terminal:
        print(f"{CLEAR}{text}", end="", file=sys.stderr, flush=True)
    else:
        print(text, file=sys.stderr, flush=True)
