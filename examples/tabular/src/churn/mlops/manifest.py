"""The run manifest: all it takes to make a result again, as JSON (schema version 1)."""

import dataclasses
import hashlib
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

PLACE = ("image", "provider", "region", "instance_type")  # from RUN_IMAGE, RUN_PROVIDER, …
PACKAGE = Path(__file__).parents[1]
STARTED = time.time()  # code that changed on disk after this is not what ran


def write(
    path: Path,
    *,
    config: Any,
    data: Mapping[str, Any],
    metrics: Mapping[str, float],
    artifacts: Iterable[Path],
    seeds: Sequence[int],
    run: Any,
) -> None:
    """Writes and logs the manifest of a run: `artifacts` are files or folders, unknown is null."""
    settings, status = dataclasses.asdict(config), _git("status", "--porcelain", ".")
    files = [file for entry in artifacts for file in sorted([entry, *entry.rglob("*")])]
    parent = os.environ.get("RUN_PARENT")
    facts: dict[str, Any] = {
        "schema_version": 1,
        "run_id": run.id,
        "reproduces": os.environ.get("RUN_REPRODUCES") or None,
        "reproducible": None,
        "obstacles": None,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": [Path(sys.argv[0]).name, *sys.argv[1:]],
        "git": {
            "commit": _git("rev-parse", "HEAD") or os.environ.get("RUN_COMMIT") or None,
            "dirty": None if status is None else bool(status),
            "tree": None,
            "patch": None,
        },
        "data": {**data, "content_sha256": None, "dvc": None},
        "config": settings,
        "config_sha256": sha256(json.dumps(settings, sort_keys=True).encode()),
        "seeds": list(seeds),
        "environment": environment(settings["runtime"]["threads"]),
        "infrastructure": {
            **{key: os.environ.get(f"RUN_{key.upper()}") for key in PLACE},
            "files_sha256": None,
            "outputs_sha256": None,
        },
        "parents": [{"kind": "run", "id": parent}] if parent else [],
        "metrics": dict(metrics),
        "artifacts": {
            file.as_posix(): sha256(file.read_bytes()) for file in files if file.is_file()
        },
    }
    kept = [path]
    for more in sorted(
        Path(__file__).parent.glob("*/fill_manifest.py")
    ):  # what later rooms know about a run
        module = import_module(f"{__package__}.{more.parent.name}.{more.stem}")
        kept += module.complete(facts, path.parent)
    save_json(path, facts)
    run.files(*kept)


def environment(threads: int) -> dict[str, Any]:
    """What can change a figure besides code, data and settings."""
    import numpy as np

    lock, blas = Path("uv.lock"), np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    return {
        "lock_sha256": sha256(lock.read_bytes()) if lock.is_file() else None,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "cpu": platform.processor() or platform.machine(),
        "blas": f"{blas['name']} {blas['version']}",
        "threads": threads,
        "variables": None,
        "packages": None,
    }


def compare(metrics: Mapping[str, float]) -> list[list[str]]:
    """Rows of metric, model and baseline, each with ± its spread (`<name>_std`)."""

    def cell(key: str) -> str:
        spread = f" ± {metrics[f'{key}_std']:.4f}" if f"{key}_std" in metrics else ""
        return f"{metrics[key]:.4f}{spread}" if key in metrics else ""

    names = [key[6:] for key in metrics if key.startswith("model.") and not key.endswith("_std")]
    rows = [[name, cell(f"model.{name}"), cell(f"baseline.{name}")] for name in names]
    return [["", "model", "baseline"], *rows]


def show(metrics: Mapping[str, float]) -> str:
    """The rows of `compare` as text with aligned columns."""
    rows = compare(metrics)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def verdict(metrics: Mapping[str, float], name: str, floor: float) -> int:
    """Prints every figure; exit status 1 when the one of that name is below `evaluate.floor`."""
    print("\n".join(f"{key:20} {value:.4f}" for key, value in metrics.items()))
    low = metrics[name] < floor
    print(f"{name} {'is below' if low else 'reaches'} evaluate.floor {floor}")
    return int(low)


def sha256(content: bytes) -> str:
    """The SHA-256 of `content` in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def save_json(path: Path, value: Any) -> None:
    """Writes `value` so that equal values give equal bytes on every system."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")


def load_json(path: Path) -> Any:
    """The value in a JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None  # no git, or no commit yet
    return done.stdout.strip()
