"""Samples the stack of a thread: which function of this package runs, and for how long."""

import inspect
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, Literal

Part = Literal["loading", "computing", "waiting", "importing"]
PACKAGE = Path(__file__).parents[2]
PAUSE = 0.005  # seconds from one sample to the next
LOOP = "training_loop.py"  # a generator that it resumes yields batches
# Modules of other packages that read data.
READERS = ("torch/utils/data/", "pandas/io/", "PIL/", "soundfile", "pyarrow/", "datasets/")
IMPORTING = "<frozen importlib"


@dataclass(frozen=True)
class Function:
    """A function of this package, as a user finds it."""

    name: str
    file: str  # relative to the package
    line: int

    def __str__(self) -> str:
        """Returns where it is."""
        return f"{self.name} ({self.file}:{self.line})"


def new_sums() -> defaultdict[Any, float]:
    """Returns sums that begin at 0."""
    return defaultdict(float)


@dataclass
class Samples:
    """Seconds by part, and by part and function."""

    parts: defaultdict[str, float] = field(default_factory=new_sums)
    functions: defaultdict[tuple[str, Function], float] = field(default_factory=new_sums)
    # Of loading, without the processor.
    idle: defaultdict[Function, float] = field(default_factory=new_sums)

    def add(self, part: str, function: Function, seconds: float) -> None:
        """Adds a sample."""
        self.parts[part] += seconds
        self.functions[part, function] += seconds


@contextmanager
def sample(loaders: Iterable[Callable[..., Any]]) -> Iterator[Samples]:
    """Samples this thread until the end of the block; what `loaders` call is loading."""
    samples = Samples()
    codes = {code for code in map(_find_code, loaders) if code is not None}
    has_ended = threading.Event()
    thread = threading.Thread(
        target=_watch,
        args=(threading.get_ident(), threading.get_native_id(), codes, samples, has_ended),
        daemon=True,
    )
    thread.start()
    try:
        yield samples
    finally:
        has_ended.set()
        thread.join()


def _find_code(function: Callable[..., Any]) -> CodeType | None:
    """Returns the code of a function, also below decorators."""
    return getattr(inspect.unwrap(function), "__code__", None)


def _watch(
    thread: int,
    native_id: int,
    loaders: set[CodeType],
    samples: Samples,
    has_ended: threading.Event,
) -> None:
    schedule = Path(f"/proc/self/task/{native_id}/schedstat")
    last, last_cpu, last_ready = time.perf_counter(), _processor_seconds(), _read_ready(schedule)
    while not has_ended.wait(PAUSE):
        frame = sys._current_frames().get(thread)
        now, cpu, ready = time.perf_counter(), _processor_seconds(), _read_ready(schedule)
        seconds = now - last
        busy = min(seconds, max(0.0, cpu - last_cpu, ready - last_ready))
        last, last_cpu, last_ready = now, cpu, ready
        if frame is None:
            continue
        stack = list(_walk(frame))
        function = _find_function(stack)
        is_importing = any(step.f_code.co_filename.startswith(IMPORTING) for step in stack)
        if is_importing:
            samples.add("importing", function, seconds)
        elif _is_loading(stack, loaders):
            samples.add("loading", function, seconds)
            samples.idle[function] += seconds - busy
        else:
            samples.add("computing", function, busy)
            samples.add("waiting", function, seconds - busy)


def _processor_seconds() -> float:
    """What the process has computed, without this thread."""
    return time.process_time() - time.thread_time()


def _read_ready(schedule: Path) -> float:
    """Seconds in which the thread computed, or could have but for other programs; Linux only."""
    try:
        computed, delayed, _ = schedule.read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return 0.0
    return (int(computed) + int(delayed)) / 1e9


def _walk(frame: FrameType | None) -> Iterator[FrameType]:
    """Yields the frames from the innermost one on."""
    while frame is not None:
        yield frame
        frame = frame.f_back


def _is_loading(stack: Iterable[FrameType], loaders: set[CodeType]) -> bool:
    for frame in stack:
        code = frame.f_code
        file = code.co_filename.replace("\\", "/")
        if code in loaders or any(f"/{reader}" in file for reader in READERS):
            return True
        caller = frame.f_back
        is_generator = bool(code.co_flags & inspect.CO_GENERATOR)
        if is_generator and caller and caller.f_code.co_filename.endswith(LOOP):
            return True
    return False


def _find_function(stack: Iterable[FrameType]) -> Function:
    """The innermost function of this package."""
    for frame in stack:
        code = frame.f_code
        path = Path(code.co_filename)
        if path.is_relative_to(PACKAGE):
            file = path.relative_to(PACKAGE.parent).as_posix()
            return Function(code.co_qualname, file, code.co_firstlineno)
    return Function("Python", "", 0)
