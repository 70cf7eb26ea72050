"""The files below data/prepared: one .npz file for each split, an example and a manifest."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ...config import Config
from .. import prepared_files
from ..array_file import write_arrays
from ..files import sha256

LICENCES = {"builtin": "CC BY 4.0 (E. Alpaydin and C. Kaynak, optical digits, UCI, 1998)"}
ARRAYS = ("images", "labels", "names", "groups")


class Arrays(Protocol):
    """What is kept of each split."""

    @property
    def images(self) -> NDArray[np.uint8]:
        """Images (n, height, width, channels)."""


def find_sources(config: Config) -> list[Path]:
    """Returns the folder that the images are read from; nothing for built-in ones."""
    data = config.data
    if data.source == "builtin":
        return []
    if data.source == "folder":
        return [Path(data.path)]
    return prepared_files.find_hub_folder(data.source)


def describe_inputs(config: Config) -> dict[str, str]:
    """Returns hashes of all that the splits are made from."""
    return prepared_files.describe_inputs(config.data, find_sources(config))


def write(folder: Path, parts: Mapping[str, Arrays], facts: dict[str, Any]) -> dict[str, Any]:
    """Writes the splits and the manifest; returns the manifest."""
    prepared_files.start_writing(folder)
    for split, part in parts.items():
        write_arrays(folder / f"{split}.npz", {name: getattr(part, name) for name in ARRAYS})
    Image.fromarray(parts["test"].images[0].squeeze()).save(folder / "example.png")
    content = b"".join(path.read_bytes() for path in sorted(folder.glob("*.npz")))
    manifest = {
        "source": facts["source"],
        "licence": LICENCES.get(facts["source"], "as its owner says"),
        "hash": sha256(content),
        "counts": {split: len(part.images) for split, part in parts.items()},
        **facts,
    }
    return prepared_files.write_manifest(folder, manifest)


def read_arrays(folder: Path, split: str) -> dict[str, NDArray[Any]]:
    """Returns the arrays of one split by name."""
    with np.load(folder / f"{split}.npz", allow_pickle=False) as arrays:
        return {name: arrays[name] for name in ARRAYS}


def join_arrays(parts: Sequence[Arrays]) -> dict[str, NDArray[Any]]:
    """Returns the arrays of several splits by name, one split after the other."""
    return {name: np.concatenate([getattr(part, name) for part in parts]) for name in ARRAYS}
