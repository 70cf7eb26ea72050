"""Reads the clips, checks them and splits them by speaker."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .config import Config
from .mlops import prepared_files
from .mlops.errors import UserError
from .mlops.project import PREPARED, Field
from .mlops.speech import loudness, pcm, prepared
from .mlops.speech.clips import Row
from .mlops.speech.collect import collect
from .mlops.splits import save_record


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


@prepared_files.one_at_a_time
def prepare(config: Config, folder: Path = PREPARED) -> dict[str, Any]:
    """Writes the splits to `folder` and returns their manifest.

    Splits made from the same settings, files, code and packages are used again.
    Raises UserError with the first problems of the clips.
    """
    made_from = prepared.describe_inputs(config)
    known = prepared_files.read_reusable(folder, made_from)
    if known:
        return known
    collected = collect(config)
    if collected.problems:
        raise UserError(prepared_files.shorten(collected.problems))
    if collected.record:
        save_record(collected.record, folder)
    return prepared.write(folder, collected, config, made_from)


@prepared_files.one_at_a_time
def load(config: Config, folder: Path = PREPARED) -> Splits:
    """Returns the prepared splits; prepares them first where they are missing or outdated."""
    classes = prepare(config, folder)["labels"]
    samples, rows = prepared.read(folder)
    splits = {}
    for name in ("train", "valid", "test", "held_out"):
        is_in_split = [row["split"] == name for row in rows]
        places = np.flatnonzero(is_in_split)
        clips = pcm.decode(samples[places])
        rows_of_split = [rows[place] for place in places]
        splits[name] = make_examples(clips, rows_of_split, classes)
    return Splits(**splits)


def make_examples(clips: NDArray[np.float32], rows: list[Row], classes: list[str]) -> Examples:
    """Returns clips with their labels as numbers."""
    names = [row["label"] for row in rows]
    numbers = [classes.index(name) for name in names]
    labels = np.array(numbers, np.int64)
    return Examples(clips, labels, rows, classes)


def inputs(examples: Examples) -> Sequence[NDArray[np.float32]]:
    """Returns the clips, each (samples,) in -1..1."""
    return list(examples.clips)


def describe_clips(examples: Examples, sample_rate: int) -> dict[str, Sequence[Any]]:
    """Returns label, speaker, split, level and signal-to-noise ratio of each clip."""
    clips = examples.clips
    slices: dict[str, Sequence[Any]] = {}
    for column in ("label", "speaker", "split"):
        values = [row[column] for row in examples.rows]
        slices[column] = values
    slices["level_db"] = loudness.level(clips).tolist()
    slices["snr_db"] = loudness.signal_to_noise(clips, sample_rate).tolist()
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
