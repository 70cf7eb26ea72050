"""A lock that ends with the process that holds it, however that ends."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

log = logging.getLogger(__name__)


def try_lock(file: IO[str], *, wait: bool = False) -> bool:
    """Locks an open file; False when another process holds it and `wait` is not set."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


@contextmanager
def hold(path: Path, busy: str = "") -> Iterator[None]:
    """Waits for a lock and holds it; the empty file stays, because others may wait for it.

    `busy` is logged when another process holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        if not try_lock(file):
            if busy:
                log.warning("%s", busy)
            try_lock(file, wait=True)
        yield
