"""`uv run poe rehearse`: the whole pipeline twice, each time from nothing; the hashes are equal.

It runs with tests/small.txt, in two new folders, without the tracker, and each time with another
PYTHONHASHSEED: what depends on the order of a set, on a folder's name or on the clock shows.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PYTHON = (sys.executable,)
PREDICT = """
import json, sys
from pathlib import Path
from nimble_package import config, data, predict
settings = config.load(Path("config.yaml"), sys.argv[1:])
answers = predict.predict(predict.load(Path("models/current")), data.sample(settings, 3))
Path("predictions.json").write_text(json.dumps(answers), encoding="utf-8")
"""
MEASURED = ("second", "time", "latency", "duration", "_ms")  # no two runs take equally long


def main() -> int:
    """Compares two runs; ends in 1 with the names of what differs."""
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        first, second = rehearse(Path(one), "1"), rehearse(Path(two), "2")
    different = sorted(k for k in first | second if first.get(k) != second.get(k))
    for name in different:
        print(f"differs: {name}: {first.get(name)} and {second.get(name)}", file=sys.stderr)
    if different:
        print("One input gave two results: is something drawn without a seed?", file=sys.stderr)
        return 1
    whole = hashlib.sha256(json.dumps(first, sort_keys=True).encode()).hexdigest()
    print(f"Twice the same: {len(first)} files and figures, together sha256 {whole}")
    return 0


def rehearse(folder: Path, hash_seed: str, python: Sequence[str] = PYTHON) -> dict[str, Any]:
    """What a run in `folder` leaves: path → hash, figure → value."""
    start = time.monotonic()
    for name in ["config.yaml", *lines(ROOT / "tests" / "room.txt")]:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / source.name)
    # Small settings need not be good ones: whether they reach the floor is not asked here.
    small = [*lines(ROOT / "tests" / "small.txt"), "runtime.track=false", "evaluate.floor=-1e9"]
    options = [word for line in small for word in ("--set", line)]
    environment = os.environ | {"PYTHONHASHSEED": hash_seed}
    for step in ("data", "train", "evaluate"):
        module = f"nimble_package.{step}"
        run([*python, "-m", module, *options], folder, environment)
    run([*python, "-c", PREDICT, *small], folder, environment)
    print(f"run {hash_seed}: data, train, evaluate, predict: {time.monotonic() - start:.0f} s")
    return found(folder)


def run(command: Sequence[str], folder: Path, environment: dict[str, str]) -> None:
    """One step; what it says is shown only when it fails."""
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode:
        print(done.stdout, done.stderr, sep="\n", file=sys.stderr)
        raise SystemExit(done.returncode)


def found(folder: Path) -> dict[str, Any]:
    """Hashes of data, model, plots and predictions; figures that are no measurement of time."""
    kept = [folder / "data" / "prepared", folder / "models" / "current", folder / "reports"]
    files = [file for entry in kept for file in sorted(entry.rglob("*")) if file.is_file()]
    files = [file for file in files if file.parent != folder / "reports"]
    hashes: dict[str, Any] = {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in [*files, folder / "predictions.json"]
    }
    for report in ("train", "metrics"):
        figures = json.loads((folder / "reports" / f"{report}.json").read_text(encoding="utf-8"))
        hashes |= {f"reports/{report}.json {k}": v for k, v in flat(figures).items()}
    return hashes


def flat(value: Any, path: str = "") -> dict[str, Any]:
    """Nested figures by dotted name, without those that measure time."""
    if not isinstance(value, dict):
        return {path: value}
    kept = {k: v for k, v in value.items() if not any(word in k for word in MEASURED)}
    parts = [flat(inner, f"{path}.{key}".strip(".")) for key, inner in kept.items()]
    return {name: inner for part in parts for name, inner in part.items()}


def lines(path: Path) -> list[str]:
    """The lines of a file that may be missing."""
    return path.read_text(encoding="utf-8").splitlines() if path.is_file() else []


if __name__ == "__main__":
    sys.exit(main())
