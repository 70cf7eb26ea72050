"""Reads every image of the source and finds what is wrong with it."""

from collections import Counter
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...config import Data
from .. import splits
from ..any_encoding import read_name
from ..errors import UserError
from ..files import sha256
from ..progress import track
from . import image_files

MIN_IMAGES = 3  # of each label, one for each split
MIN_LABELS = 2


@dataclass
class Collected:
    """The usable images, and what is wrong with the others."""

    images: list[NDArray[np.uint8]] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    copies: list[str] = field(default_factory=list)  # hashes of the pixels
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(
        self, pixels: NDArray[np.uint8], label: str, name: str, group: str, copies: str
    ) -> None:
        """Takes one image."""
        self.images.append(pixels)
        self.labels.append(label)
        self.names.append(name)
        self.groups.append(group)
        self.copies.append(copies)


def collect(data: Data) -> Collected:
    """Returns the images of the source in one shape; the group of one without is its content."""
    found = Collected()
    first: dict[str, tuple[str, str, str]] = {}  # hash -> name, label, group of the first such
    doubles = []
    for name, label, group, file in track(image_files.find(data), "Reading images"):
        pixels = _read(name, file, data, found.problems)
        if pixels is None:
            continue
        digest = sha256(pixels.tobytes())
        twin, label_of_twin, group_of_twin = first.setdefault(digest, (name, label, group))
        if not label:
            where = f"move it into {data.path}/<label>/"
            hint = where if data.source == "folder" else "leave it out"
            found.problems.append(f'"{name}" has no label: {hint}')
            continue
        if label_of_twin != label:
            hint = "keep one of them, under the right label"
            message = f'"{name}" is the same image as "{twin}", under another label: {hint}'
            found.problems.append(message)
            continue
        if group_of_twin != group:
            doubles.append(f'"{name}" and "{twin}"')
        found.add(pixels, label, name, group or _identify(file), digest)
    hint = "keep one of them, or make one group of both"
    found.notes.extend(splits.describe_doubles("image", "group", doubles, hint))
    found.problems.extend(_find_missing_labels(found, data))
    return found


def draw_splits(found: Collected, data: Data) -> splits.Drawn:
    """Returns the split of each image: of its folder, or of the file itself.

    Raises UserError when a split has no image, or none of a label.
    """
    source = data.path if data.source == "folder" else data.source.partition("@")[0]
    shares = {"train": 1 - data.valid_size - data.test_size}
    shares |= {"valid": data.valid_size, "test": data.test_size}
    record = splits.Record(source, "folder inside a label, or image")
    drawn = splits.draw_groups(found.labels, found.groups, found.copies, shares, record)
    if drawn.problems:
        raise UserError("\n".join(drawn.problems))
    return replace(drawn, notes=[*found.notes, *drawn.notes])


def _identify(file: Any) -> str:
    """A hash that no setting changes: of the file, else of the image."""
    if isinstance(file, BytesIO):
        content = file.getvalue()
    else:
        content = file.read_bytes() if isinstance(file, Path) else file.tobytes()
    return sha256(content)[:16]


def _read(name: str, file: Any, data: Data, problems: list[str]) -> NDArray[np.uint8] | None:
    try:
        return image_files.read(name, file, data)
    except UserError as error:
        problems.append(str(error))
        return None


def _find_missing_labels(found: Collected, data: Data) -> list[str]:
    counts = Counter(found.labels)
    if data.source == "folder":
        for folder in sorted(Path(data.path).glob("[!.]*/")):
            counts[read_name(folder.name)] += 0
    problems = []
    for label, count in counts.items():
        if count < MIN_IMAGES:
            hint = f"at least {MIN_IMAGES} are required"
            problems.append(f'"{label}" has {count} usable images: {hint}')
    if len(counts) < MIN_LABELS:
        problems.append(
            f'"{data.path}" has {len(counts)} labels (folders): at least {MIN_LABELS} are required'
        )
    return problems
