"""Kinds of damage for tests/machinery/planted_damage.py: each changes files in data/raw."""

import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random

import numpy as np
import soundfile
from numpy.typing import NDArray

from nimble_package.config import load
from nimble_package.mlops.speech import clips

SETTINGS = (
    "data.source=folder",
    "data.held_out=data/none",
    "train.epochs=20",
    "evaluate.seeds=1",
    "evaluate.min_score=0.6",
)
VOICES = 30
Clip = NDArray[np.float32]
Plant = Callable[[Path, Random], None]
Change = Callable[[Clip, np.random.Generator], Clip]


def write_clean(repository: Path) -> None:
    """Writes the built-in clips as files of the team."""
    config = load(repository / "config.yaml", [f"data.voices={VOICES}"])
    found = clips.write_builtin(config)
    shutil.copytree(found.path, repository / "data" / "raw")
    (repository / "data" / "none").mkdir()


def list_files(folder: Path) -> list[Path]:
    """Returns every clip by name."""
    return sorted(folder.rglob("*.wav"))


def change_clips(change: Change, share: float = 1, rate_factor: float = 1) -> Plant:
    """Returns a function that changes clips, or a share of them."""

    def plant(folder: Path, random: Random) -> None:
        generator = np.random.default_rng(0)
        for file in list_files(folder):
            if random.random() < share:
                samples, rate = soundfile.read(file, dtype="float32")
                changed = change(samples, generator)
                soundfile.write(file, changed, round(rate * rate_factor), subtype="PCM_16")

    return plant


def change_files(change: Callable[[bytes], bytes], share: float) -> Plant:
    """Returns a function that changes the bytes of a share of the files."""

    def plant(folder: Path, random: Random) -> None:
        for file in list_files(folder):
            if random.random() < share:
                file.write_bytes(change(file.read_bytes()))

    return plant


def move_labels(share: float) -> Plant:
    """Returns a function that moves a share of the clips to another keyword."""

    def plant(folder: Path, random: Random) -> None:
        labels = sorted(path.name for path in folder.iterdir())
        for file in list_files(folder):
            if random.random() < share:
                others = [label for label in labels if label != file.parent.name]
                file.rename(folder / random.choice(others) / f"{file.stem}-{len(labels)}.wav")

    return plant


def swap_labels(folder: Path, _random: Random) -> None:
    """Exchanges two keywords."""
    one, other = sorted(path for path in folder.iterdir() if path.is_dir())[:2]
    one.rename(folder / "swap")
    other.rename(one)
    (folder / "swap").rename(other)


def remove(keep: int) -> Plant:
    """Returns a function that removes the clips of a keyword, but for the first ones."""

    def plant(folder: Path, _random: Random) -> None:
        label = sorted(folder.iterdir())[0]
        for file in sorted(label.iterdir())[keep:]:
            file.unlink()
        if keep == 0:
            label.rmdir()

    return plant


def keep_one_label(folder: Path, _random: Random) -> None:
    """Removes all keywords but one."""
    for path in sorted(folder.iterdir())[1:]:
        shutil.rmtree(path)


def keep_speakers(count: int) -> Plant:
    """Returns a function that keeps the clips of the first speakers."""

    def plant(folder: Path, _random: Random) -> None:
        speakers = sorted({file.name.partition("_")[0] for file in list_files(folder)})[:count]
        for file in list_files(folder):
            if file.name.partition("_")[0] not in speakers:
                file.unlink()

    return plant


def rename_speakers(folder: Path, _random: Random) -> None:
    """Loses the part of each name that says who speaks."""
    for number, file in enumerate(list_files(folder)):
        file.rename(file.with_name(f"{number}.wav"))


def copy_under_other_labels(folder: Path, random: Random) -> None:
    """Puts some clips under a second keyword too."""
    labels = sorted(path.name for path in folder.iterdir())
    for file in random.sample(list_files(folder), 10):
        label = labels[labels.index(file.parent.name) - 1]
        shutil.copy(file, folder / label / f"{file.stem}-copy.wav")


def copy_to_other_speaker(folder: Path, random: Random) -> None:
    """Delivers some clips under the names of two speakers."""
    for file in random.sample(list_files(folder), 10):
        shutil.copy(file, file.with_name(f"new_{file.name}"))


def repeat_files(folder: Path, _random: Random) -> None:
    """Delivers half of the clips twice."""
    for file in list_files(folder)[::2]:
        shutil.copy(file, file.with_name(f"{file.stem}-copy.wav"))


def add_label(folder: Path, _random: Random) -> None:
    """Adds a keyword that the data did not have."""
    files = list_files(folder)[::6]
    (folder / "other").mkdir()
    for file in files:
        samples, rate = soundfile.read(file, dtype="float32")
        soundfile.write(folder / "other" / file.name, samples[::-1] * 0.9, rate)


def noise(clip: Clip, generator: np.random.Generator) -> Clip:
    """Returns noise."""
    return generator.normal(0, 0.1, clip.shape).astype(np.float32)


def add_noise(clip: Clip, generator: np.random.Generator) -> Clip:
    """Returns the clip with noise that is nearly as loud."""
    return np.clip(clip * 0.5 + generator.normal(0, 0.05, clip.shape), -0.95, 0.95)


def hum(clip: Clip, _: np.random.Generator) -> Clip:
    """Returns the clip with the hum of a 50 Hz line."""
    time = np.arange(len(clip)) / 16000
    return np.asarray(clip * 0.6 + 0.3 * np.sin(2 * np.pi * 50 * time), np.float32)


KINDS: dict[str, Plant] = {
    "clips are silent": change_clips(lambda clip, _: clip * 0, 0.05),
    "all clips are noise": change_clips(noise),
    "a fifth of the clips is noise": change_clips(noise, 0.2),
    "noise in every clip": change_clips(add_noise),
    "a 50 Hz hum in every clip": change_clips(hum),
    "clips are 20 dB quieter": change_clips(lambda clip, _: clip * 0.1),
    "a tenth of the clips is 30 dB quieter": change_clips(lambda clip, _: clip * 0.03, 0.1),
    "clips are clipped": change_clips(lambda clip, _: np.clip(clip * 20, -1, 1), 0.2),
    "clips have an offset": change_clips(lambda clip, _: clip * 0.5 + 0.4),
    "the sign of the samples is changed": change_clips(lambda clip, _: -clip),
    "clips are played backwards": change_clips(lambda clip, _: clip[::-1]),
    "the sample rate in the header is double": change_clips(lambda clip, _: clip, 1, 2),
    "the sample rate is half": change_clips(lambda clip, _: clip[::2], 1, 0.5),
    "clips are twice as fast": change_clips(lambda clip, _: clip[::2]),
    "a fifth of the clips is twice as slow": change_clips(lambda clip, _: np.repeat(clip, 2), 0.2),
    "only the first tenth of a second arrived": change_clips(lambda clip, _: clip[:1600], 0.1),
    "the second half is silent": change_clips(
        lambda clip, _: np.concatenate([clip[: len(clip) // 2], clip[len(clip) // 2 :] * 0])
    ),
    "samples are lost": change_clips(lambda clip, _: clip * (np.arange(len(clip)) % 400 < 200)),
    "the channels cancel out": change_clips(lambda clip, _: np.stack([clip, -clip], 1), 0.1),
    "samples have 4 bits": change_clips(lambda clip, _: np.round(clip * 8) / 8),
    "files are cut": change_files(lambda content: content[: len(content) // 3], 0.05),
    "files are empty": change_files(lambda _: b"", 0.05),
    "files have no samples": change_files(lambda content: content[:44], 0.05),
    "files are web pages": change_files(lambda _: b"<html>503</html>" * 99, 0.05),
    "a keyword is gone": remove(0),
    "a keyword has two clips": remove(2),
    "a keyword is rare": remove(10),
    "one keyword is left": keep_one_label,
    "a new keyword": add_label,
    "two speakers are left": keep_speakers(2),
    "six speakers are left": keep_speakers(6),
    "the names of the speakers are lost": rename_speakers,
    "the same clip under two keywords": copy_under_other_labels,
    "the same clip by two speakers": copy_to_other_speaker,
    "half of the clips are there twice": repeat_files,
    "a tenth of the keywords is wrong": move_labels(0.1),
    "half of the keywords are wrong": move_labels(0.5),
    "two keywords are exchanged": swap_labels,
}
