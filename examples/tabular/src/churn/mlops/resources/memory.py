"""How much memory a process or a value takes."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import UserError

STATUS = Path("/proc/self/status")
UNITS = ("B", "KB", "MB", "GB", "TB")
# A process that a larger one starts begins with the peak of that one in `getrusage`, but not here.
PEAK = "VmHWM:"


def read_peak() -> int:
    """Returns the largest resident set of this process so far, in bytes."""
    if STATUS.is_file():
        for line in STATUS.read_text(encoding="ascii").splitlines():
            if line.startswith(PEAK):
                return int(line.split()[1]) * 1024
    if sys.platform == "win32":
        raise UserError('"poe size" reads the memory of a process on Linux and macOS: use one')
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def count_bytes(value: Any) -> int:
    """Returns the bytes of arrays, tables, texts, and of all that holds them; each counts once."""
    return _count(value, set())


def _count(value: Any, known: set[int]) -> int:
    if id(value) in known:
        return 0
    known.add(id(value))
    if hasattr(value, "memory_usage"):  # a table of pandas
        return int(value.memory_usage(deep=True).sum())
    if hasattr(value, "nbytes"):  # an array or a tensor
        return int(value.nbytes)
    size = sys.getsizeof(value, 0)
    if isinstance(value, Mapping):
        return size + sum(_count(part, known) for pair in value.items() for part in pair)
    if isinstance(value, list | tuple | set | frozenset):
        return size + sum(_count(part, known) for part in value)
    if hasattr(value, "__dict__") and not isinstance(value, type) and not callable(value):
        return size + _count(vars(value), known)
    return size


def format_bytes(count: float) -> str:
    """Returns a size as people write it: 1,234 MB is 1.23 GB."""
    unit = 0
    while abs(count) >= 1000 and unit < len(UNITS) - 1:
        count /= 1000
        unit += 1
    digits = 0 if unit == 0 or abs(count) >= 100 else 1
    return f"{count:,.{digits}f} {UNITS[unit]}"
