"""The files below data/prepared: clips.npy, clips.csv and a manifest."""

import csv
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...config import Config
from ..files import load_json, save_json, sha256
from ..step_key import compute_key
from .clips import SAMPLES, Row, find_in_folders
from .collect import Collected

MANIFEST = "manifest.json"
AUDIO = "clips.npy"
ROWS = "clips.csv"
FULL_SCALE = 32767  # 16 bits
MAX_PROBLEMS = 20  # that are printed


def make_key(config: Config) -> str:
    """Returns a hash of all that the splits are made from: settings, files and code."""
    hashes = []
    for file in _find_files(config):
        name = (file.parent.name, file.name)
        hashes.append((name, sha256(file.read_bytes())))
    features = config.features
    settings = (config.data, features.sample_rate, features.seconds, config.runtime.seed)
    parts = (settings, hashes, compute_key("data"))
    return sha256(repr(parts).encode())


def _find_files(config: Config) -> list[Path]:
    data = config.data
    if data.source == "builtin":
        return [SAMPLES]
    if data.source == "folder":
        return [Path(str(file)) for _, file in find_in_folders(data)]
    folder = Path(data.source.removeprefix("hf:"))
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """Returns the manifest of the splits in a folder; None when there is none."""
    path = folder / MANIFEST
    if not path.is_file():
        return None
    facts: dict[str, Any] = load_json(path)
    return facts


def write(folder: Path, collected: Collected, config: Config, key: str) -> dict[str, Any]:
    """Writes audio, rows and manifest; returns the manifest."""
    rows = collected.rows
    folder.mkdir(parents=True, exist_ok=True)
    samples = np.round(np.stack(collected.audio) * FULL_SCALE)
    np.save(folder / AUDIO, samples.astype(np.int16))
    with (folder / ROWS).open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
    content = (folder / AUDIO).read_bytes() + (folder / ROWS).read_bytes()
    is_builtin = config.data.source == "builtin"
    labels = sorted({row["label"] for row in rows})
    counts = Counter(row["split"] for row in rows)
    voices = {(row["split"], row["speaker"]) for row in rows}
    speakers = Counter(split for split, _ in voices)
    lines = [f"{split}: {count} speakers" for split, count in sorted(speakers.items())]
    manifest = {
        "source": config.data.source,
        "licence": "synthesised here, none needed" if is_builtin else "as its owner says",
        "hash": sha256(content),
        "labels": labels,
        "counts": dict(sorted(counts.items())),
        "speakers": dict(sorted(speakers.items())),
        "summary": f"{len(labels)} keywords: {', '.join(labels)}; {', '.join(lines)}",
        "made_from": key,
    }
    save_json(folder / MANIFEST, manifest)
    return manifest


def read(folder: Path) -> tuple[NDArray[np.int16], list[Row]]:
    """Returns the samples (n, samples) of all splits as 16 bits, and their rows."""
    samples = np.load(folder / AUDIO, mmap_mode="r", allow_pickle=False)
    with (folder / ROWS).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return samples, rows


def to_float(samples: NDArray[np.int16]) -> NDArray[np.float32]:
    """Returns samples in -1..1."""
    return (samples / FULL_SCALE).astype(np.float32)


def shorten(problems: Sequence[str]) -> str:
    """Returns the first problems as lines, and how many more there are."""
    lines = list(problems[:MAX_PROBLEMS])
    if len(problems) > MAX_PROBLEMS:
        lines.append(f"and {len(problems) - MAX_PROBLEMS} more")
    return "\n".join(lines)
