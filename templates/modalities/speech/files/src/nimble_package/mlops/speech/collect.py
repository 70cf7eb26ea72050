"""Reads every clip of the source, finds what is wrong with it, and splits by speaker."""

from dataclasses import dataclass, field
from pathlib import Path

from ...config import Config, Data
from ...features import Floats
from .. import splits
from ..any_encoding import read_name
from ..files import sha256
from . import audio_files, clips
from .clips import Row

SHARES = {"train": 0.6, "valid": 0.2, "test": 0.2}
MIN_LABELS = 2
MIN_SPEAKERS = 3  # one for each split


@dataclass
class Collected:
    """The usable clips with their splits and audio, and what is wrong with the others."""

    rows: list[Row] = field(default_factory=list)
    audio: list[Floats] = field(default_factory=list)
    contents: list[str] = field(default_factory=list)  # hashes of the files
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    record: splits.Record | None = None  # for data/split.yaml


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
            content = file.read_bytes() if isinstance(file, Path) else file.getvalue()
            found.contents.append(sha256(content)[:16])
    _assign(found, data, config.data.source)
    return found


def _assign(found: Collected, data: Data, source: str) -> None:
    """Gives each row its split; finds labels and speakers that do not fit."""
    places = [place for place, row in enumerate(found.rows) if not row["split"]]
    known = [found.rows[place] for place in places]
    labels = {row["label"] for row in known}
    speakers = {row["speaker"] for row in known}
    for row in found.rows:
        name, speaker = row["name"], row["speaker"]
        if row["label"] not in labels:
            found.problems.append(f'"{name}" has a keyword that the training clips lack')
        if row["split"] == "held_out" and speaker in speakers:
            found.problems.append(f'"{name}" is held out, but "{speaker}" is also in training')
    if data.source == "folder":
        found.problems.extend(_find_unused_folders(Path(data.path), labels))
    if len(labels) < MIN_LABELS or len(speakers) < MIN_SPEAKERS:
        place = data.path if data.source == "folder" else data.source
        found.problems.append(
            f'"{place}" has {len(labels)} keywords by {len(speakers)} speakers: '
            f"at least {MIN_LABELS} are required, and three speakers of each"
        )
        return
    _draw(found, places, data, source)


def _draw(found: Collected, places: list[int], data: Data, source: str) -> None:
    """Draws the split of each clip that is not held out, by its speaker, else by its file."""
    known = [found.rows[place] for place in places]
    copies = [found.contents[place] for place in places]
    groups = [row["speaker"] for row in known] if data.speaker else copies
    name = data.path if source == "folder" else source.partition("@")[0]
    by = f"data.speaker {data.speaker}" if data.speaker else "file"
    record = splits.Record(name, by)
    labels = [row["label"] for row in known]
    drawn = splits.draw_groups(labels, groups, copies, SHARES, record)
    for row, home in zip(known, drawn.homes, strict=True):
        row["split"] = home
    found.problems.extend(drawn.problems)
    found.notes.extend(drawn.notes)
    found.record = drawn.record


def _find_unused_folders(folder: Path, labels: set[str]) -> list[str]:
    problems = []
    for path in sorted(folder.glob("[!.]*")):
        if read_name(path.name) not in labels:
            hint = "expected <keyword>/<clip>.wav"
            problems.append(f'"{path.as_posix()}" has no usable clips: {hint}')
    return problems
