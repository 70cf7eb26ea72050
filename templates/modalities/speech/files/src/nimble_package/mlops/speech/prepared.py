"""The files below data/prepared: clips.npy, clips.csv and a manifest."""

import csv
from collections import Counter
from itertools import compress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...config import Config
from .. import prepared_files
from ..files import sha256
from ..splits import LEFT_OUT
from . import pcm
from .clips import SAMPLES, Row
from .collect import Collected

AUDIO = "clips.npy"
ROWS = "clips.csv"


def find_sources(config: Config) -> list[Path]:
    """Returns the folders that the clips are read from; nothing for built-in ones."""
    data = config.data
    if data.source == "builtin":
        return []
    if data.source == "folder":
        return [Path(data.path), Path(data.held_out)]
    return prepared_files.find_hub_folder(data.source)


def describe_inputs(config: Config) -> dict[str, str]:
    """Returns hashes of all that the splits are made from."""
    sources = find_sources(config)
    if config.data.source == "builtin":
        sources = [SAMPLES]
    features = config.features
    settings = (config.data, features.sample_rate, features.seconds)
    return prepared_files.describe_inputs(settings, sources)


def write(
    folder: Path, collected: Collected, config: Config, made_from: dict[str, str]
) -> dict[str, Any]:
    """Writes audio, rows and manifest; returns the manifest."""
    is_used = [row["split"] != LEFT_OUT for row in collected.rows]
    rows = list(compress(collected.rows, is_used))
    audio = list(compress(collected.audio, is_used))
    prepared_files.start_writing(folder)
    np.save(folder / AUDIO, pcm.encode(np.stack(audio)))
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
    keywords = f"{len(labels)} keywords: {', '.join(labels)}"
    manifest = {
        "source": config.data.source,
        "licence": "synthesised here, none needed" if is_builtin else "as its owner says",
        "hash": sha256(content),
        "labels": labels,
        "counts": dict(sorted(counts.items())),
        "speakers": dict(sorted(speakers.items())),
        "summary": "; ".join([keywords, ", ".join(lines), *collected.notes]),
        "made_from": made_from,
    }
    return prepared_files.write_manifest(folder, manifest)


def read(folder: Path) -> tuple[NDArray[np.int16], list[Row]]:
    """Returns the samples (n, samples) of all splits as 16 bits, and their rows."""
    samples = np.load(folder / AUDIO, mmap_mode="r", allow_pickle=False)
    with (folder / ROWS).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return samples, rows
