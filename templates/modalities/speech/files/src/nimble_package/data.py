"""Reads the clips, checks them and splits them by speaker."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .config import Config
from .mlops.errors import UserError
from .mlops.project import PREPARED, Field
from .mlops.speech import prepared
from .mlops.speech.clips import Row
from .mlops.speech.collect import collect


@dataclass(frozen=True)
class Examples:
    """Clips (n, samples) in -1..1, with their labels as positions in `classes`."""

    clips: NDArray[np.float32]
    labels: NDArray[np.int64]
    rows: list[Row]  # name, label, speaker and split of each clip
    classes: list[str]


@dataclass(frozen=True)
class Splits:
    """No speaker is in two of them; `held_out` has voices of another kind and may be empty."""

    train: Examples
    valid: Examples
    test: Examples
    held_out: Examples


def check(config: Config) -> list[str]:
    """Returns what is wrong with the clips, one sentence for each problem."""
    return collect(config).problems


def prepare(config: Config, folder: Path = PREPARED) -> dict[str, Any]:
    """Writes the splits to `folder` and returns their manifest.

    Splits made from the same settings, files and code are used again.
    Raises UserError with the first problems of the clips.
    """
    key = prepared.make_key(config)
    known = prepared.read_manifest(folder)
    if known and known["made_from"] == key:
        return known
    collected = collect(config)
    if collected.problems:
        raise UserError(prepared.shorten(collected.problems))
    return prepared.write(folder, collected, config, key)


def load(config: Config, folder: Path = PREPARED) -> Splits:
    """Returns the prepared splits; prepares them first where they are missing or outdated."""
    classes = prepare(config, folder)["labels"]
    samples, rows = prepared.read(folder)

    def select(split: str) -> Examples:
        places = [place for place, row in enumerate(rows) if row["split"] == split]
        chosen = [rows[place] for place in places]
        labels = [classes.index(row["label"]) for row in chosen]
        clips = prepared.to_float(samples[places])
        return Examples(clips, np.array(labels, np.int64), chosen, classes)

    return Splits(select("train"), select("valid"), select("test"), select("held_out"))


def inputs(examples: Examples) -> Sequence[NDArray[np.float32]]:
    """Returns the clips, each (samples,) in -1..1."""
    return list(examples.clips)


def describe_clips(examples: Examples) -> dict[str, Sequence[Any]]:
    """Returns label, speaker and loudness (root mean square) of each clip."""
    squares = np.square(examples.clips, dtype=np.float64)
    loudness = np.sqrt(squares.mean(axis=1))
    slices: dict[str, Sequence[Any]] = {}
    slices["label"] = [row["label"] for row in examples.rows]
    slices["speaker"] = [row["speaker"] for row in examples.rows]
    slices["loudness"] = loudness.tolist()
    return slices


def extra_test_sets(splits: Splits) -> Mapping[str, Examples]:
    """Returns the voices of another kind, if there are any."""
    if len(splits.held_out.labels) == 0:
        return {}
    return {"held_out": splits.held_out}


def target_field(examples: Examples) -> Field:
    """Returns the name and the keywords of the target."""
    return Field("label", "category", allowed=tuple(examples.classes))


if __name__ == "__main__":
    from .mlops.commands.data import main

    raise SystemExit(main())
