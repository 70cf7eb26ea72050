"""The run manifest: what it takes to reproduce a result, as JSON (schema version 1)."""

import dataclasses
import os
import platform
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .files import hash_json, save_json, sha256
from .git_output import read_state
from .hook_points import OnRunManifest
from .tracking import Run

# RUN_IMAGE, RUN_PROVIDER and so on are set by the image and by the VM.
INFRASTRUCTURE = ("image", "provider", "region", "instance_type")
PACKAGE = Path(__file__).parents[1]
STARTED = time.time()  # code that changed on disk after this is not what ran


def write(
    path: Path,
    *,
    config: Any,
    data: Mapping[str, Any],
    metrics: Mapping[str, float],
    artifacts: Mapping[Path, Path],
    seeds: Sequence[int],
    run: Run,
    hooks: Sequence[OnRunManifest] = (),
) -> list[Path]:
    """Writes the manifest of a run and returns the files to keep; what is not known is null.

    `artifacts` maps the name that a file or folder will have to where it is now; `hooks` complete
    the manifest and return files to keep.
    """
    settings = dataclasses.asdict(config)
    commit, is_dirty = read_state()
    facts: dict[str, Any] = {
        "schema_version": 1,
        "run_id": run.id,
        "reproduces": run.links.reproduces,
        "reproducible": None,
        "obstacles": None,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": [Path(sys.argv[0]).name, *sys.argv[1:]],
        "git": {
            "commit": commit,
            "dirty": is_dirty,
            "tree": None,
            "patch": None,
        },
        "data": {**data, "content_sha256": None, "dvc": None},
        "config": settings,
        "config_sha256": hash_json(settings),
        "seeds": list(seeds),
        "environment": environment(settings["runtime"]["threads"]),
        "infrastructure": {
            **{key: os.environ.get(f"RUN_{key.upper()}") for key in INFRASTRUCTURE},
            "files_sha256": None,
            "outputs_sha256": None,
        },
        "parents": [{"kind": "run", "id": run.links.parent}] if run.links.parent else [],
        "metrics": dict(metrics),
        "artifacts": hash_artifacts(artifacts),
    }
    kept = [path]
    for fill in hooks:
        kept.extend(fill(facts, path.parent))
    save_json(path, facts)
    return kept


def hash_artifacts(artifacts: Mapping[Path, Path]) -> dict[str, str]:
    """Returns the SHA-256 of every file, by the name that it will have."""
    hashes = {}
    for name, artifact in artifacts.items():
        for file in sorted([artifact, *artifact.rglob("*")]):
            if file.is_file():
                final = name / file.relative_to(artifact)
                hashes[final.as_posix()] = sha256(file.read_bytes())
    return hashes


def hash_model(directory: Path) -> str:
    """Returns one SHA-256 for the names and contents of every file of a model."""
    return hash_json(hash_artifacts({Path(): directory}))


def environment(threads: int) -> dict[str, Any]:
    """What can change a metric besides code, data and settings."""
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
