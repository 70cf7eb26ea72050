"""A process of `poe size`: it trains, shortly or as a whole, or only imports, and says its peak.

A process of its own, because a peak never falls.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import nullcontext, redirect_stdout, suppress
from importlib import import_module
from pathlib import Path

from ..files import load_json, save_json
from .adapter import Parts
from .memory import read_peak

QUIET = ("runtime.track=false",)  # a tracker is not a part of the training


def main(argv: Sequence[str] | None = None) -> int:
    """Writes the peak, the parts and the imported modules to a file."""
    parser = argparse.ArgumentParser()
    parser.add_argument("report", type=Path)
    parser.add_argument("--imports", type=Path, help="only import the modules of this report")
    parser.add_argument("--config", type=Path, default=Path("config.yaml"))
    parser.add_argument("--set", action="append", default=[], dest="overrides")
    parser.add_argument("--whole", action="store_true", help="train as poe train does")
    arguments = parser.parse_args(argv)
    parts: Parts = {}
    peaks: list[int] = []
    if arguments.imports:
        import_all(load_json(arguments.imports)["modules"])
    else:
        from ..command_line import catch_errors

        overrides = [*arguments.overrides, *QUIET]
        is_whole = arguments.whole
        status = catch_errors(
            lambda: peaks.append(train(arguments.config, overrides, parts, whole=is_whole))
        )
        if status:
            return status
    modules = sorted(sys.modules)
    peak = peaks[0] if peaks else read_peak()
    save_json(arguments.report, {"peak": peak, "parts": parts, "modules": modules})
    return 0


def import_all(names: Sequence[str]) -> None:
    """Imports modules by name; some exist only as a part of another one."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, redirect_stdout(nowhere):
        for name in names:
            if name.rpartition(".")[2] != "__main__":
                with suppress(Exception):
                    import_module(name)


def train(config_file: Path, overrides: Sequence[str], parts: Parts, *, whole: bool) -> int:
    """Trains into a temporary folder, with all hooks, and returns the peak."""
    from ...adapters.size import SIZE
    from ...project import PROJECT
    from ..project import TrainingPaths
    from ..training import run_training

    config = PROJECT.load_config(config_file, overrides)
    if not whole:
        config = PROJECT.load_config(config_file, [*overrides, *SIZE.shorten(config)])
    context = nullcontext() if whole else SIZE.watch(parts)
    with tempfile.TemporaryDirectory() as folder, context:
        run_training(config, TrainingPaths.inside(Path(folder)))
        return read_peak()  # before the parts are counted


if __name__ == "__main__":
    raise SystemExit(main())
