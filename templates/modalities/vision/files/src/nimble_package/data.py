"""Reads the images, checks them and splits them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .config import Config, Data
from .mlops import prepared_files
from .mlops import splits as drawing
from .mlops.errors import UserError
from .mlops.project import PREPARED, Field
from .mlops.vision import prepared
from .mlops.vision.collect import Collected, collect, draw_splits


@dataclass(frozen=True)
class Examples:
    """Images (n, height, width, channels) with their labels, as positions in `classes`."""

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    names: NDArray[np.str_]
    groups: NDArray[np.str_]  # images of one group stay on one side of every split
    classes: list[str]

    def select(self, rows: NDArray[Any]) -> "Examples":
        """Returns some of the examples."""
        images = self.images[rows]
        labels = self.labels[rows]
        names = self.names[rows]
        groups = self.groups[rows]
        return Examples(images, labels, names, groups, self.classes)


@dataclass(frozen=True)
class Splits:
    """The prepared images."""

    train: Examples
    valid: Examples
    test: Examples


def check(config: Config) -> list[str]:
    """Returns what is wrong with the configured images, one sentence for each problem."""
    return collect(config.data).problems


@prepared_files.one_at_a_time
def prepare(config: Config, folder: Path = PREPARED) -> dict[str, Any]:
    """Writes the splits to `folder` and returns their manifest.

    Splits made from the same settings, files, code and packages are used again.
    Raises UserError with the first problems of the images.
    """
    made_from = prepared.describe_inputs(config)
    known = prepared_files.read_reusable(folder, made_from)
    if known:
        return known
    collected = collect(config.data)
    if collected.problems:
        raise UserError(prepared_files.shorten(collected.problems))
    examples = to_examples(collected)
    drawn = draw_splits(collected, config.data)
    drawing.save_record(drawn.record, folder)
    splits = split(examples, drawn.homes)
    parts = {"train": splits.train, "valid": splits.valid, "test": splits.test}
    classes = examples.classes
    names = ", ".join(classes)
    labels = f"{len(classes)} labels: {names}"
    summary = "; ".join([labels, *drawn.notes])
    source = config.data.source
    facts = {"source": source, "classes": classes, "summary": summary, "made_from": made_from}
    return prepared.write(folder, parts, facts)


def to_examples(collected: Collected) -> Examples:
    """Returns all images as arrays."""
    classes, labels = np.unique(collected.labels, return_inverse=True)
    images = np.stack(collected.images)
    names = np.array(collected.names)
    groups = np.array(collected.groups)
    class_names = classes.tolist()
    return Examples(images, labels, names, groups, class_names)


def split(examples: Examples, homes: Sequence[str]) -> Splits:
    """Returns the examples by the name of their split."""
    names = np.array(homes)
    train = examples.select(names == "train")
    valid = examples.select(names == "valid")
    test = examples.select(names == "test")
    return Splits(train, valid, test)


@prepared_files.one_at_a_time
def load(config: Config, folder: Path = PREPARED) -> Splits:
    """Returns the prepared splits; prepares them first where they are missing or outdated."""
    facts = prepare(config, folder)
    classes = facts["classes"]
    train = Examples(**prepared.read_arrays(folder, "train"), classes=classes)
    valid = Examples(**prepared.read_arrays(folder, "valid"), classes=classes)
    test = Examples(**prepared.read_arrays(folder, "test"), classes=classes)
    return Splits(train, valid, test)


def draw_validation(splits: Splits, data: Data, seed: int) -> Splits:
    """Returns splits with other validation images and the same test images."""
    pool = join([splits.train, splits.valid])
    share = data.valid_size / (1 - data.test_size)
    copies = [image.tobytes() for image in pool.images]
    homes = drawing.draw_validation(pool.labels, pool.groups, copies, share, seed)
    drawn = split(pool, homes)
    return replace(splits, train=drawn.train, valid=drawn.valid)


def join(parts: Sequence[Examples]) -> Examples:
    """Returns the examples of all parts, one part after the other."""
    arrays = prepared.join_arrays(parts)
    return Examples(**arrays, classes=parts[0].classes)


def inputs(examples: Examples) -> Sequence[NDArray[np.uint8]]:
    """Returns the images, each (height, width, channels)."""
    return list(examples.images)


def describe_images(examples: Examples) -> dict[str, Sequence[Any]]:
    """Returns label, group, mean brightness (0 to 1) and contrast (its spread) of each image."""
    classes = examples.classes
    labels = [classes[label] for label in examples.labels]
    count = len(labels)
    pixels = examples.images.reshape(count, -1) / 255
    slices: dict[str, Sequence[Any]] = {"label": labels}
    slices["group"] = examples.groups.tolist()
    slices["brightness"] = pixels.mean(axis=1).tolist()
    slices["contrast"] = pixels.std(axis=1).tolist()
    return slices


def target_field(examples: Examples) -> Field:
    """Returns the name and the classes of the target."""
    return Field("label", "category", allowed=tuple(examples.classes))


if __name__ == "__main__":
    from .mlops.commands.data import main

    raise SystemExit(main())
