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
from .. import prepared_files
from ..files import sha256
from ..splits import LEFT_OUT
from . import text_files
from .collect import Collected
from .split import SHARES

TEXTS = "texts.jsonl"


@dataclass(frozen=True)
class Columns:
    """The prepared texts, with one entry for each text in every column."""

    texts: list[str]
    labels: NDArray[np.int64]
    groups: NDArray[np.int64]
    splits: NDArray[np.str_]


def find_sources(config: Config) -> list[Path]:
    """Returns the file or folder that the texts are read from; nothing for built-in ones."""
    source = config.data.source
    if source == "builtin":
        return []
    if source.startswith("hf:"):
        return prepared_files.find_hub_folder(source)
    return [Path(source)]


def describe_inputs(config: Config) -> dict[str, str]:
    """Returns hashes of all that the splits are made from."""
    sources = find_sources(config)
    if config.data.source == "builtin":
        sources = [Path(text_files.write_builtin()), Path(text_files.SAMPLES)]
    return prepared_files.describe_inputs(config.data, sources)


def write(
    folder: Path, collected: Collected, config: Config, made_from: dict[str, str]
) -> dict[str, Any]:
    """Writes the rows and the manifest; returns the manifest."""
    rows = [row for row in collected.rows if row["split"] != LEFT_OUT]
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
    content = "".join(lines).encode()
    prepared_files.start_writing(folder)
    (folder / TEXTS).write_bytes(content)
    places: dict[str, list[str]] = {}
    for row, place in zip(collected.rows, collected.places, strict=True):
        places.setdefault(row["split"], []).append(place)
    prepared_files.save_places(folder, places)
    in_splits = Counter(row["split"] for row in rows)
    of_labels = Counter(row["label"] for row in rows)
    classes = dict(sorted(of_labels.items()))
    labels = ", ".join(f"{label} {count}" for label, count in classes.items())
    manifest = {
        "source": config.data.source,
        "licence": config.data.licence or "as its owner says",
        "hash": sha256(content),
        "counts": {split: in_splits[split] for split in SHARES},
        "classes": classes,
        "summary": "\n".join([labels, *collected.notes]),
        "made_from": made_from,
    }
    return prepared_files.write_manifest(folder, manifest)


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
