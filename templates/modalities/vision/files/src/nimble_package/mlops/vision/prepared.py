"""The files below data/prepared: one .npz file for each split, an example and a manifest."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, Protocol
from zipfile import ZipFile, ZipInfo

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ...config import Data
from ..files import load_json, save_json, sha256
from ..step_key import compute_key

MANIFEST = "manifest.json"
LICENCES = {"builtin": "CC BY 4.0 (E. Alpaydin and C. Kaynak, optical digits, UCI, 1998)"}
ARRAYS = ("images", "labels", "names", "groups")


class Arrays(Protocol):
    """What is kept of each split."""

    @property
    def images(self) -> NDArray[np.uint8]:
        """Images (n, height, width, channels)."""


def make_key(data: Data) -> str:
    """Returns a hash of all that the splits are made from: settings, files and code."""
    folder = Path(data.path if data.source == "folder" else data.source.removeprefix("hf:"))
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    content = [(path.as_posix(), sha256(path.read_bytes())) for path in files]
    parts = (data, content, compute_key("data"))
    return sha256(repr(parts).encode())


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """Returns the manifest of the splits in a folder; None when there is none."""
    path = folder / MANIFEST
    if not path.is_file():
        return None
    facts: dict[str, Any] = load_json(path)
    return facts


def write(folder: Path, parts: Mapping[str, Arrays], facts: dict[str, Any]) -> dict[str, Any]:
    """Writes the splits and the manifest; returns the manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    for split, part in parts.items():
        save_arrays(folder / f"{split}.npz", {name: getattr(part, name) for name in ARRAYS})
    Image.fromarray(parts["test"].images[0].squeeze()).save(folder / "example.png")
    content = b"".join(path.read_bytes() for path in sorted(folder.glob("*.npz")))
    manifest = {
        "source": facts["source"],
        "licence": LICENCES.get(facts["source"], "as its owner says"),
        "hash": sha256(content),
        "counts": {split: len(part.images) for split, part in parts.items()},
        **facts,
    }
    save_json(folder / MANIFEST, manifest)
    return manifest


def save_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Writes what np.load reads; np.savez writes other bytes with another version of Python."""
    with ZipFile(path, "w") as file:
        for name, array in arrays.items():
            content = BytesIO()
            np.save(content, array, allow_pickle=False)
            file.writestr(ZipInfo(f"{name}.npy"), content.getvalue())


def read_arrays(folder: Path, split: str) -> dict[str, NDArray[Any]]:
    """Returns the arrays of one split by name."""
    with np.load(folder / f"{split}.npz", allow_pickle=False) as arrays:
        return {name: arrays[name] for name in ARRAYS}


def join_arrays(parts: Sequence[Arrays]) -> dict[str, NDArray[Any]]:
    """Returns the arrays of several splits by name, one split after the other."""
    return {name: np.concatenate([getattr(part, name) for part in parts]) for name in ARRAYS}


def shorten(problems: Sequence[str], count: int) -> str:
    """Returns the first problems as lines, and how many more there are."""
    lines = list(problems[:count])
    if len(problems) > count:
        lines.append(f"… and {len(problems) - count} more")
    return "\n".join(lines)
