"""Reads every clip of the source, finds what is wrong with it, and splits by speaker."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ...config import Config, Data
from ...features import Floats
from . import audio_files, clips
from .clips import Row

SPLITS = ("train", "valid", "test")
MAX_DRAWS = 200
MIN_LABELS = 2


@dataclass
class Collected:
    """The usable clips with their splits and audio, and what is wrong with the others."""

    rows: list[Row] = field(default_factory=list)
    audio: list[Floats] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def collect(config: Config) -> Collected:
    """Returns the clips of the source."""
    data = config.data
    if data.source == "builtin":
        data = clips.write_builtin(config)
    found = Collected()
    for row, file in clips.find(data):
        samples, problem = audio_files.read(file, config.features)
        if not row["speaker"]:
            problem = f'has no speaker that data.speaker "{data.speaker}" finds'
        if problem:
            found.problems.append(f'"{row["name"]}" {problem}')
        else:
            found.rows.append(row)
            found.audio.append(samples)
    _assign(found, data, config.runtime.seed)
    return found


def _assign(found: Collected, data: Data, seed: int) -> None:
    """Gives each row its split; finds labels and speakers that do not fit."""
    known = [row for row in found.rows if not row["split"]]
    labels = {row["label"] for row in known}
    speakers = {row["speaker"] for row in known}
    splits = split_speakers(known, seed)
    for row in known:
        row["split"] = splits.get(row["speaker"], "")
    for row in found.rows:
        name, speaker = row["name"], row["speaker"]
        if row["label"] not in labels:
            found.problems.append(f'"{name}" has a keyword that the training clips lack')
        if row["split"] == "held_out" and speaker in splits:
            found.problems.append(f'"{name}" is held out, but "{speaker}" is also in training')
    if data.source == "folder":
        found.problems.extend(_find_unused_folders(Path(data.path), labels))
    if len(labels) < MIN_LABELS or not splits:
        place = data.path if data.source == "folder" else data.source
        found.problems.append(
            f'"{place}" has {len(labels)} keywords by {len(speakers)} speakers: '
            f"at least {MIN_LABELS} are required, and three speakers of each"
        )


def _find_unused_folders(folder: Path, labels: set[str]) -> list[str]:
    problems = []
    for path in sorted(folder.glob("[!.]*")):
        if path.name not in labels:
            hint = "expected <keyword>/<clip>.wav"
            problems.append(f'"{path.as_posix()}" has no usable clips: {hint}')
    return problems


def split_speakers(rows: Sequence[Row], seed: int) -> dict[str, str]:
    """Returns speaker -> split, so that every keyword is in every split; empty if none is found."""
    speakers = sorted({row["speaker"] for row in rows})
    count = max(1, round(len(speakers) / 5))
    splits = ["test"] * count + ["valid"] * count + ["train"] * (len(speakers) - 2 * count)
    wanted = {(split, row["label"]) for row in rows for split in SPLITS}
    random = np.random.default_rng(seed)
    for _ in range(MAX_DRAWS):
        order = random.permutation(speakers).tolist()
        drawn = dict(zip(order, splits, strict=False))
        if wanted == {(drawn[row["speaker"]], row["label"]) for row in rows}:
            return drawn
    return {}
