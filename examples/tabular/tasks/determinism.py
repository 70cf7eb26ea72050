"""`uv run poe determinism`: runs the whole pipeline twice, each time from nothing, and compares.

It uses the data and settings of tests/small_data.py, two new folders, and each time another
PYTHONHASHSEED: so a dependence on the order of a set, on the name of a folder or on the clock is
found.
"""

import argparse
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
RESULT = Path("reports/determinism.json")
PYTHON = (sys.executable,)
COMMANDS = "churn.mlops.commands"
PREDICT = """
import json
from pathlib import Path
from churn.mlops.project import MODEL
from churn.project import PROJECT
config = PROJECT.load_config(Path("config.yaml"), [])
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
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps({"results": len(first), "sha256": digest}), encoding="utf-8")
    print(f"Twice the same: {len(first)} files and metrics, together sha256 {digest}")
    return 0


def run_pipeline(folder: Path, hash_seed: str, python: Sequence[str] = PYTHON) -> dict[str, Any]:
    """Returns what a run in `folder` leaves: path -> hash, metric -> value."""
    start = time.monotonic()
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    write_inputs(folder)
    for step in ("data", "train", "evaluate"):
        command = [*python, "-m", f"{COMMANDS}.{step}", "--set", ANY_SCORE]
        run_step(command, folder, environment)
    run_step([*python, "-c", PREDICT], folder, environment)
    seconds = time.monotonic() - start
    print(f"run {hash_seed}: data, train, evaluate, predict: {seconds:.0f} s")
    return collect_results(folder)


def write_inputs(folder: Path) -> None:
    """Writes the small data and its settings, and the lock file.

    A step writes down which locked packages its result depends on.
    """
    program = ROOT / "tests" / "small_data.py"
    run_step([sys.executable, str(program), str(folder)], ROOT, os.environ)
    shutil.copy(ROOT / "uv.lock", folder)


def run_step(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
    """Runs one step; its output is shown only when it fails."""
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, errors="replace"
    )
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


if __name__ == "__main__":
    argparse.ArgumentParser(prog="poe determinism", description=__doc__).parse_args()
    sys.exit(main())
