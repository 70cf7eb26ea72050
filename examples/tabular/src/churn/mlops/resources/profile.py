"""`poe profile`: trains once, and says where the time goes and what to try."""

import logging
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ...project import PROJECT
from ..commands import with_hooks
from ..files import save_json
from ..hook_points import Command
from ..hooks import HOOKS
from ..project import REPORTS, TrainingPaths
from .sampler import Function, Samples, sample

log = logging.getLogger(__name__)
DESCRIPTION = "Train once and say how much of the time is loading, computing and waiting."
RESULT = REPORTS / "profile.json"
PARTS = ("loading", "computing", "waiting")
SHOWN = 10  # functions in the file
MOSTLY = 0.5  # of the time of a function
ADVICE = {
    "loading idle": "it waits for a disk or a network: read fewer and larger files, keep a copy "
    "on this machine, or read several at once",
    "loading busy": "it computes while it reads: do once in poe data what is done in each epoch, "
    "store the result as arrays or Parquet, and replace loops over rows",
    "computing": "use more threads (runtime.threads), an accelerator, a larger batch, or a "
    "smaller model; a faster disk does not help",
    "waiting": "it waits for something else: another process, a lock, a server or an accelerator; "
    "send several requests at once where they do not depend on each other",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Prints the shares and the bottleneck."""
    return with_hooks.run("profile", DESCRIPTION, profile, argv)


def profile(command: Command) -> None:
    """Prepares the data and trains, both in a temporary folder."""
    config = command.config
    for before_training in HOOKS.before_training:
        before_training(config)
    loaders: list[Callable[..., Any]] = [
        PROJECT.prepare,
        PROJECT.load,
        PROJECT.check,
        PROJECT.sources,
        PROJECT.inputs,
    ]
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as name, sample(loaders) as samples:
        folder = Path(name)
        PROJECT.prepare(config, folder / "prepared")
        paths = TrainingPaths.inside(folder)
        paths.plots.mkdir(parents=True)
        PROJECT.train(config, paths, False)
    result = describe(samples, time.perf_counter() - start)
    save_json(RESULT, result)
    print(f"\n{format_result(result)}")


def describe(samples: Samples, seconds: float) -> dict[str, Any]:
    """Returns shares, bottleneck and advice."""
    total = sum(samples.parts[part] for part in PARTS) or 1.0
    shares = {part: samples.parts[part] / total for part in PARTS}
    largest = max(PARTS, key=lambda part: shares[part])
    importing = samples.parts["importing"]
    by_function = {key: value for key, value in samples.functions.items() if key[0] == largest}
    _, function = max(by_function, key=lambda key: by_function[key])
    parts = [part for part in PARTS if (part, function) in samples.functions]
    spent = sum(samples.functions[part, function] for part in parts)
    is_idle = samples.idle[function] > MOSTLY * samples.functions["loading", function]
    kind = largest
    if largest == "loading":
        kind = "loading idle" if is_idle else "loading busy"
    by_time = sorted(samples.functions.items(), key=lambda item: -item[1])
    slowest = by_time[:SHOWN]
    return {
        "seconds": round(seconds, 3),
        "importing_seconds": round(importing, 3),
        "shares": {part: round(shares[part], 4) for part in PARTS},
        "bottleneck": largest,
        "function": asdict(function),
        "function_share": round(spent / total, 4),
        "advice": ADVICE[kind],
        "slowest": [
            {"part": part, **asdict(found), "seconds": round(value, 3)}
            for (part, found), value in slowest
        ],
    }


def format_result(result: dict[str, Any]) -> str:
    """Returns the result as a few lines."""
    importing = f"{result['importing_seconds']:.1f} s for importing packages, once"
    lines = [f"Preparing and training took {result['seconds']:.1f} s, with {importing}. The rest:"]
    lines += [f"  {part:<10} {result['shares'][part]:6.1%}" for part in PARTS]
    function = Function(**result["function"])
    share = f"{result['function_share']:.0%} of the time"
    lines.append(f"The bottleneck is {result['bottleneck']}, most of it in {function}: {share}.")
    lines.append(f"What to try: {result['advice']}.")
    lines.append(f'"{RESULT.as_posix()}" lists the slowest functions.')
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main())
