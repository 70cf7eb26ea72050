"""The files below data/prepared: texts.jsonl and a manifest."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...config import Config
from ..files import load_json, save_json, sha256
from ..step_key import compute_key
from . import text_files
from .split import SHARES

MANIFEST = "manifest.json"
TEXTS = "texts.jsonl"
MAX_PROBLEMS = 20  # that are printed


@dataclass(frozen=True)
class Columns:
    """The prepared texts, with one entry for each text in every column."""

    texts: list[str]
    labels: NDArray[np.int64]
    groups: NDArray[np.int64]
    splits: NDArray[np.str_]


def make_key(config: Config) -> str:
    """Returns a hash of all that the splits are made from: settings, files and code."""
    source = _find_source(config.data.source)
    paths = [source, *sorted(source.rglob("*"))]
    content = [sha256(path.read_bytes()) for path in paths if path.is_file()]
    parts = (config.data, config.runtime.seed, content, compute_key("data"))
    return sha256(repr(parts).encode())


def _find_source(source: str) -> Path:
    """The file or folder that the rows come from; it may be missing."""
    if source == "builtin":
        return Path(text_files.write_builtin())
    return Path(source.removeprefix("hf:"))


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """Returns the manifest of the splits in a folder; None when there is none."""
    path = folder / MANIFEST
    if not path.is_file():
        return None
    facts: dict[str, Any] = load_json(path)
    return facts


def write(folder: Path, rows: Sequence[dict[str, Any]], config: Config, key: str) -> dict[str, Any]:
    """Writes the rows and the manifest; returns the manifest."""
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
    content = "".join(lines).encode()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / TEXTS).write_bytes(content)
    in_splits = Counter(row["split"] for row in rows)
    of_labels = Counter(row["label"] for row in rows)
    classes = dict(sorted(of_labels.items()))
    manifest = {
        "source": config.data.source,
        "licence": config.data.licence or "as its owner says",
        "hash": sha256(content),
        "counts": {split: in_splits[split] for split in SHARES},
        "classes": classes,
        "summary": ", ".join(f"{label} {count}" for label, count in classes.items()),
        "made_from": key,
    }
    save_json(folder / MANIFEST, manifest)
    return manifest


def read_columns(folder: Path, classes: Sequence[str]) -> Columns:
    """Returns the texts of all splits; labels are positions in `classes`."""
    content = (folder / TEXTS).read_text("utf-8")
    rows = [json.loads(line) for line in content.split("\n")[:-1]]
    number_of = {name: number for number, name in enumerate(classes)}
    return Columns(
        texts=[row["text"] for row in rows],
        labels=np.array([number_of[row["label"]] for row in rows]),
        groups=np.array([row["group"] for row in rows]),
        splits=np.array([row["split"] for row in rows]),
    )


def shorten(problems: Sequence[str]) -> str:
    """Returns the first problems as lines, and how many more there are."""
    lines = list(problems[:MAX_PROBLEMS])
    if len(problems) > MAX_PROBLEMS:
        lines.append(f"and {len(problems) - MAX_PROBLEMS} more")
    return "\n".join(lines)
