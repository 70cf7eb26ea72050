"""`uv run poe determinism`: runs the whole pipeline twice, each time from nothing, and compares.

It uses tests/small.txt, two new folders and no tracker, and each time another PYTHONHASHSEED: so a
dependence on the order of a set, on the name of a folder or on the clock is found.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PYTHON = (sys.executable,)
COMMANDS = "churn.mlops.commands"
PREDICT = """
import json, sys
from pathlib import Path
from churn.mlops.project import MODEL
from churn.project import PROJECT
config = PROJECT.load_config(Path("config.yaml"), sys.argv[1:])
predictions = PROJECT.predict(PROJECT.load_model(MODEL), PROJECT.sample(config, 3))
Path("predictions.json").write_text(json.dumps(predictions), encoding="utf-8")
"""
MEASURED_TIME = ("second", "time", "latency", "duration", "_ms")  # no two runs take equally long
ANY_SCORE = "evaluate.min_score=-1e9"  # small settings need not give a good model


def main() -> int:
    """Compares two runs; status 1 with the names of what differs."""
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        first = run_pipeline(Path(one), "1")
        second = run_pipeline(Path(two), "2")
    different = [name for name in sorted({*first, *second}) if first.get(name) != second.get(name)]
    for name in different:
        print(f"differs: {name}: {first.get(name)} and {second.get(name)}", file=sys.stderr)
    if different:
        print("One input gave two results: is a random number without a seed?", file=sys.stderr)
        return 1
    content = json.dumps(first, sort_keys=True).encode()
    digest = hashlib.sha256(content).hexdigest()
    print(f"Twice the same: {len(first)} files and metrics, together sha256 {digest}")
    return 0


def run_pipeline(folder: Path, hash_seed: str, python: Sequence[str] = PYTHON) -> dict[str, Any]:
    """Returns what a run in `folder` leaves: path -> hash, metric -> value."""
    start = time.monotonic()
    copy_inputs(folder)
    overrides = [*read_lines("small.txt"), "runtime.track=false", ANY_SCORE]
    options = [part for override in overrides for part in ("--set", override)]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    for step in ("data", "train", "evaluate"):
        run_step([*python, "-m", f"{COMMANDS}.{step}", *options], folder, environment)
    run_step([*python, "-c", PREDICT, *overrides], folder, environment)
    seconds = time.monotonic() - start
    print(f"run {hash_seed}: data, train, evaluate, predict: {seconds:.0f} s")
    return collect_results(folder)


def copy_inputs(folder: Path) -> None:
    """Copies config.yaml, uv.lock and what tests/workspace.txt names.

    A step writes down which locked packages its result depends on.
    """
    for name in ["config.yaml", "uv.lock", *read_lines("workspace.txt")]:
        source = ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, folder / source.name)


def run_step(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
    """Runs one step; its output is shown only when it fails."""
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode:
        print(done.stdout, done.stderr, sep="\n", file=sys.stderr)
        raise SystemExit(done.returncode)


def collect_results(folder: Path) -> dict[str, Any]:
    """Returns hashes of data, model, plots and predictions, and the metrics."""
    reports = folder / "reports"
    files = [folder / "predictions.json"]
    for directory in (folder / "data" / "prepared", folder / "models" / "current", reports):
        files.extend(sorted(directory.rglob("*")))
    results: dict[str, Any] = {}
    for file in files:
        if file.is_file() and file.parent != reports:
            name = file.relative_to(folder).as_posix()
            results[name] = hashlib.sha256(file.read_bytes()).hexdigest()
    for name in ("train.json", "metrics.json"):
        metrics = json.loads((reports / name).read_text(encoding="utf-8"))
        for key, value in flatten(metrics).items():
            results[f"reports/{name} {key}"] = value
    return results


def flatten(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Returns nested metrics by dotted name, without measured times."""
    metrics: dict[str, Any] = {}
    for key, value in values.items():
        if any(word in key for word in MEASURED_TIME):
            continue
        if isinstance(value, dict):
            metrics.update(flatten(value, f"{prefix}{key}."))
        else:
            metrics[f"{prefix}{key}"] = value
    return metrics


def read_lines(name: str) -> list[str]:
    """Returns the lines of a file in tests/; none when it is missing."""
    path = ROOT / "tests" / name
    if not path.is_file():
        return []
    return path.read_text(encoding="utf-8").splitlines()


if __name__ == "__main__":
    sys.exit(main())
