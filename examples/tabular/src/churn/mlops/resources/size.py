"""`poe size`: how much memory a training will need, and which machine has it.

A trial of the training in a process of its own, with as few steps as show the memory of all of
them, is compared with a process that only imports the same modules.
"""

import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...adapters.size import SIZE
from ...project import PROJECT
from ..commands import with_hooks
from ..errors import UserError
from ..files import load_json, save_json
from ..hook_points import Command
from ..project import PREPARED, REPORTS
from . import machines, trial
from .machines import Machine
from .memory import format_bytes

DESCRIPTION = "Predict the memory of a training, and name the cheapest machine that has it."
RESULT = REPORTS / "size.json"
ON_GPU = ("weights", "gradients", "optimizer state", "activations")  # with an accelerator
KILLED = -9


def main(argv: Sequence[str] | None = None) -> int:
    """Prints the parts, the peak and the machine; status 2 when the training cannot begin."""
    return with_hooks.run("size", DESCRIPTION, size, argv)


def size(command: Command) -> None:
    """Predicts, prints, and writes reports/size.json."""
    config, arguments = command.config, command.arguments
    options = ["--config", str(arguments.config)]
    for override in arguments.overrides:
        options += ["--set", override]
    PROJECT.prepare(config, PREPARED)
    counted = dict(SIZE.count(config))
    measured, imports = run_trial(options)
    counted |= measured["parts"]
    left_out = SIZE.count_left_out(config, counted)
    result = describe(counted, measured["peak"] + left_out, imports["peak"], is_on_gpu(config))
    result |= choose(result, machines.read_machines())
    save_json(RESULT, result)
    print(format_result(result))


def run_trial(options: Sequence[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Returns the reports of a training and of a process that imports what it imported."""
    logs = {path: path.read_bytes() for path in PROJECT.logs if path.is_file()}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        report = folder / "trial.json"
        try:
            _run([str(report), *options])
        finally:
            for path, content in logs.items():  # those of the last training stay
                path.write_bytes(content)
        measured = load_json(report)
        _run([str(folder / "imports.json"), "--imports", str(report)])
        imports = load_json(folder / "imports.json")
    return measured, imports


def _run(arguments: Sequence[str]) -> None:
    command = [sys.executable, "-m", trial.__name__, *arguments]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode == 0:
        return
    if done.returncode == KILLED:
        raise UserError(
            "the trial was killed: this machine has too little memory for one step; try a smaller "
            "batch or fewer rows, or a larger machine"
        )
    error = done.stderr.decode("utf-8", "replace").strip()
    if done.returncode == 2:
        raise UserError(error)
    raise RuntimeError(f"the trial of the training failed:\n{error}")


def is_on_gpu(config: Any) -> bool:
    """Returns whether the settings ask for an accelerator."""
    return getattr(config.runtime, "device", "cpu") in ("cuda", "mps")


def describe(parts: Mapping[str, int], peak: int, imports: int, on_gpu: bool) -> dict[str, Any]:
    """Returns the parts in bytes; `other` is what has no name: copies, checkpoints, plots."""
    training = max(peak - imports, 0)
    known = sum(parts.values())
    on_gpu_bytes = sum(parts.get(name, 0) for name in ON_GPU) if on_gpu else 0
    return {
        "version": 1,
        "parts": dict(parts),
        "other_bytes": max(training - known, 0),
        "training_bytes": training,
        "imports_bytes": imports,
        "peak_bytes": training + imports,
        "gpu_bytes": on_gpu_bytes,
    }


def choose(result: Mapping[str, Any], known: Sequence[Machine]) -> dict[str, Any]:
    """Returns the cheapest machine that fits, and all that were compared."""
    wanted = result["peak_bytes"], result["gpu_bytes"]
    cheapest = machines.find_cheapest(known, *wanted)
    return {
        "machine": cheapest.name if cheapest else None,
        "usd_per_hour": cheapest.usd_per_hour if cheapest else None,
        "machines": [{**vars(machine), "fits": machine.fits(*wanted)} for machine in known],
    }


def format_result(result: Mapping[str, Any]) -> str:
    """Returns the result as a table and a sentence."""
    rows = [*result["parts"].items(), ("other", result["other_bytes"])]
    rows.append(("training", result["training_bytes"]))
    rows.append(("imported packages", result["imports_bytes"]))
    rows.append(("peak", result["peak_bytes"]))
    width = max(len(name) for name, _ in rows)
    lines = [f"{name:{width}} {format_bytes(count):>10}" for name, count in rows]
    if result["gpu_bytes"]:
        lines.append(f"Of this on the accelerator: {format_bytes(result['gpu_bytes'])}.")
    lines.append(name_machine(result))
    return "\n".join(lines)


def name_machine(result: Mapping[str, Any]) -> str:
    """Returns a sentence about the machine."""
    if not result["machines"]:
        return f'"{machines.FILE.as_posix()}" has no machine with a price and its memory.'
    if result["machine"] is None:
        return f'No machine of "{machines.FILE.as_posix()}" has that much memory: add a larger one.'
    price = f"{result['usd_per_hour']:g} USD an hour"
    return f"The cheapest machine that fits: {result['machine']}, {price}."


if __name__ == "__main__":
    raise SystemExit(main())
