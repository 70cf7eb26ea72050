"""Reads every clip of the source, finds what is wrong with it, and splits by speaker."""

from dataclasses import dataclass, field
from pathlib import Path

from ...config import Config, Data
from ...features import Floats
from .. import splits
from ..any_encoding import read_name
from ..files import is_hidden, sha256
from ..progress import track
from . import audio_files, clips, pcm
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
    copies: list[str] = field(default_factory=list)  # hashes of the samples
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    record: splits.Record | None = None  # for data/split.yaml


def collect(config: Config) -> Collected:
    """Returns the clips of the source."""
    data = config.data
    if data.source == "builtin":
        data = clips.write_builtin(config)
    found = Collected()
    limited: list[int] = []  # samples above full scale, of each clip that has some
    for row, file in track(clips.find(data), "Reading clips"):
        clip = audio_files.read_clip(file, config.features)
        problem = clip.problem
        if not problem and not row["speaker"]:
            problem = f'has no speaker that data.speaker "{data.speaker}" finds'
        if not problem and not row["label"]:
            problem = "has no keyword: give it one, or leave it out"
        if problem:
            found.problems.append(f'"{row["name"]}" {problem}')
            continue
        found.rows.append(row)
        found.audio.append(clip.samples)
        content = file.read_bytes() if isinstance(file, Path) else file.getvalue()
        found.contents.append(sha256(content)[:16])
        found.copies.append(sha256(pcm.encode(clip.samples).tobytes()))
        if clip.limited:
            limited.append(clip.limited)
    if limited:
        total, count = sum(limited), len(limited)
        found.notes.append(f"{total} samples of {count} clips were above full scale: limited")
    _compare_copies(found, bool(data.speaker))
    _assign(found, data, config.data.source)
    return found


def _compare_copies(found: Collected, has_speakers: bool) -> None:
    """Finds clips that occur twice: under two keywords, by two speakers, or held out."""
    first: dict[str, Row] = {}
    held_out = []
    for row, copy in zip(found.rows, found.copies, strict=True):
        twin = first.setdefault(copy, row)
        pair = f'"{row["name"]}" and "{twin["name"]}"'
        if row["label"] != twin["label"]:
            hint = "keep one of them, under the right keyword"
            found.problems.append(f"{pair} are the same clip under two keywords: {hint}")
        elif has_speakers and row["speaker"] != twin["speaker"]:
            if row["split"] != twin["split"]:
                held_out.append(pair)
                continue
            speakers = f'"{row["speaker"]}" and "{twin["speaker"]}"'
            hint = "keep one of them, or give both the same speaker"
            found.problems.append(f"{pair} are the same clip by two speakers, {speakers}: {hint}")
    hint = "delete one of them, or the metrics of held_out are too good"
    found.notes.extend(splits.describe_doubles("clip", "speaker", held_out, hint))


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
    copies = [found.copies[place] for place in places]
    if data.speaker:
        groups = [row["speaker"] for row in known]
    else:
        groups = [found.contents[place] for place in places]
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
    for path in sorted(folder.glob("*")):
        if not is_hidden(path.relative_to(folder)) and read_name(path.name) not in labels:
            hint = "expected <keyword>/<clip>.wav"
            problems.append(f'"{path.as_posix()}" has no usable clips: {hint}')
    return problems
