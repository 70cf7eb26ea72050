"""No speaker is in two splits, the built-in voices never change, and problems are named."""

import csv
import runpy
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import small_data
import soundfile

from nimble_package import config, data
from nimble_package.mlops.commands import data as data_command
from nimble_package.mlops.errors import UserError
from nimble_package.mlops.project import PREPARED
from nimble_package.mlops.speech.clips import SAMPLES


@pytest.fixture
def clips(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two keywords by three speakers, in data/raw of a folder of their own."""
    monkeypatch.chdir(tmp_path)
    times = np.arange(16000)
    for label, frequency in (("ja", 0.1), ("nein", 0.2)):
        folder = tmp_path / "data" / "raw" / label
        folder.mkdir(parents=True)
        for number, speaker in enumerate(("ann", "bob", "eve")):
            samples = 0.3 * np.sin(times * frequency + number)
            soundfile.write(folder / f"{speaker}_1.wav", samples, 16000)
    return tmp_path / "data" / "raw"


def make_settings(**changes: Any) -> config.Config:
    """The settings for clips in data/raw."""
    return config.Config("test", data=config.Data(source="folder", **changes))


def list_splits(settings: config.Config) -> list[data.Examples]:
    splits = data.load(settings)
    return [splits.train, splits.valid, splits.test, splits.held_out]


def list_speakers(examples: data.Examples) -> set[str]:
    return {row["speaker"] for row in examples.rows}


@pytest.mark.usefixtures("prepared")
def test_no_speaker_is_in_two_splits_and_training_never_has_a_held_out_one(
    settings: config.Config,
) -> None:
    speakers = [list_speakers(examples) for examples in list_splits(settings)]
    *others, held_out = speakers
    assert all(speakers)
    assert sum(map(len, speakers)) == len(set.union(*speakers))
    assert held_out == set(small_data.HELD_OUT)
    assert set.union(*others) == set(small_data.SPEAKERS)


@pytest.mark.usefixtures("prepared")
def test_no_clip_occurs_twice(settings: config.Config) -> None:
    clips = np.concatenate([examples.clips for examples in list_splits(settings)])
    assert len({clip.tobytes() for clip in clips}) == len(clips)


@pytest.mark.usefixtures("prepared")
def test_every_split_has_every_keyword_and_clips_of_one_length(settings: config.Config) -> None:
    length = round(settings.features.sample_rate * settings.features.seconds)
    for examples in list_splits(settings):
        classes = examples.classes
        assert set(examples.labels) == set(range(len(classes)))
        names = [classes[label] for label in examples.labels]
        assert names == [row["label"] for row in examples.rows]
        assert examples.clips.shape == (len(examples.rows), length)
        assert examples.clips.dtype == np.float32
        assert 0.05 < np.abs(examples.clips).max() <= 1


def test_the_built_in_voices_are_the_same_every_time(workspace: Path) -> None:
    if not (workspace / SAMPLES).is_file():
        pytest.skip(f'"{SAMPLES}" was deleted: this test can be deleted too')
    speak = runpy.run_path(str(workspace / SAMPLES))["speak"]
    speak_again = runpy.run_path(str(workspace / SAMPLES))["speak"]
    for family in ("adult", "child"):
        clip = speak("stop", family, 3, 1, 16000, 1.0)
        assert clip.tobytes() == speak_again("stop", family, 3, 1, 16000, 1.0).tobytes()
        assert clip.shape == (16000,)
        assert np.isfinite(clip).all()
        assert 0.05 < np.abs(clip).max() <= 0.9
        for other in [("stop", family, 4, 1), ("stop", family, 3, 0), ("yes", family, 3, 1)]:
            assert not np.array_equal(clip, speak(*other, 16000, 1.0))


@pytest.mark.usefixtures("clips")
def test_your_own_clips_are_split_by_the_speaker_in_their_names() -> None:
    manifest = data.prepare(make_settings())
    assert manifest["labels"] == ["ja", "nein"]
    assert manifest["counts"] == {"test": 2, "train": 2, "valid": 2}
    splits = data.load(make_settings())
    others = list_speakers(splits.test) | list_speakers(splits.valid)
    assert list_speakers(splits.train).isdisjoint(others)
    assert len(splits.held_out.labels) == 0
    assert data.extra_test_sets(splits) == {}


def test_a_changed_clip_or_keyword_is_prepared_again(clips: Path) -> None:
    before = data.prepare(make_settings())
    samples = 0.1 * np.sin(np.arange(16000) * 0.3)
    soundfile.write(clips / "ja" / "ann_1.wav", samples, 16000)
    changed = data.prepare(make_settings())
    assert changed["hash"] != before["hash"]
    (clips / "nein").rename(clips / "no")
    assert data.prepare(make_settings())["labels"] == ["ja", "no"]


def test_clips_of_the_held_out_folder_are_only_tested_on(clips: Path) -> None:
    held_out = clips.parent / "held_out"
    for file in clips.glob("*/*.wav"):
        folder = held_out / file.parent.name
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, folder / f"new-{file.name}")
    splits = data.load(make_settings())
    assert len(splits.held_out.labels) == 6
    assert list(data.extra_test_sets(splits)) == ["held_out"]
    with (PREPARED / "clips.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["split"] for row in rows if "held_out" in row["name"]} == {"held_out"}


def test_every_unusable_file_is_named_with_its_problem(clips: Path) -> None:
    samples = 0.3 * np.sin(np.arange(16000) * 0.1)
    soundfile.write(clips / "ja" / "ann_quiet.wav", samples * 0, 16000)
    soundfile.write(clips / "ja" / "ann_loud.wav", np.clip(samples * 9, -1, 1), 16000)
    soundfile.write(clips / "ja" / "ann_short.wav", samples[:100], 16000)
    soundfile.write(clips / "ja" / "ann_phone.wav", samples[:8000], 8000)
    soundfile.write(clips / "ja" / "unknown.wav", samples, 16000)
    (clips / "ja" / "ann_text.wav").write_text("not audio", encoding="utf-8")
    (clips / "vielleicht").mkdir()
    shutil.copy(clips / "ja" / "ann_1.wav", clips / "stray.wav")
    for label in ("ja", "doch"):
        shutil.copytree(clips / "ja", clips.parent / "held_out" / label)
    problems = data.check(make_settings())
    expected = {
        "raw/ja/ann_quiet.wav": "silent",
        "raw/ja/ann_loud.wav": "clipped",
        "raw/ja/ann_short.wav": "too short",
        "raw/ja/ann_phone.wav": "8000 Hz",
        "raw/ja/unknown.wav": "data.speaker",
        "raw/ja/ann_text.wav": "cannot be read",
        "raw/vielleicht": "no usable clips",
        "raw/stray.wav": "no usable clips",
        "held_out/doch/bob_1.wav": "training clips lack",
        "held_out/ja/eve_1.wav": "also in training",
    }
    for name, words in expected.items():
        of_file = [problem for problem in problems if f'data/{name}"' in problem]
        assert any(words in problem for problem in of_file), (name, problems)


def test_the_command_prints_the_problems_and_fails(
    clips: Path, workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (clips / "ja" / "ann_text.wav").write_text("not audio", encoding="utf-8")
    arguments = ["--config", str(workspace / "config.yaml"), "--set", "data.source=folder"]
    assert data_command.main(arguments) == 2
    assert 'raw/ja/ann_text.wav" cannot be read' in capsys.readouterr().err
    (clips / "ja" / "ann_text.wav").unlink()
    assert data_command.main(arguments) == 0
    assert "2 keywords: ja, nein" in capsys.readouterr().out


def test_clips_by_fewer_than_three_speakers_are_not_split(clips: Path) -> None:
    for file in clips.glob("*/eve_1.wav"):
        file.unlink()
    assert "at least 2 are required" in data.check(make_settings())[-1]
    with pytest.raises(UserError, match="three speakers of each"):
        data.prepare(make_settings())


def test_without_a_pattern_every_clip_has_its_own_speaker(clips: Path) -> None:
    for number in range(4):
        for label in ("ja", "nein"):
            samples = 0.2 * np.sin(np.arange(16000) * 0.1 + number + 9 * len(label))
            soundfile.write(clips / label / f"{number}.wav", samples, 16000)
    assert data.check(make_settings(speaker="")) == []


def test_missing_data_is_reported_with_the_folder_where_it_belongs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "data/raw" in data.check(make_settings())[-1]


def test_an_unknown_source_and_a_dataset_without_a_revision_are_refused(workspace: Path) -> None:
    with pytest.raises(UserError, match=r"data\.source"):
        config.load(workspace / "config.yaml", ["data.source=web"])
    hub = config.Config("test", data=config.Data(source="hf:someone/words"))
    with pytest.raises(UserError, match=r"has no revision|needs one more package"):
        data.prepare(hub)
