"""No voice is on two sides, the built-in voices are always the same, and bad data is explained."""

import csv
import dataclasses
import runpy
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from nimble_package import config, data
from nimble_package.mlops.settings import UserError

FIELDS = ("train", "valid", "test", "held_out")


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two keywords by three speakers, in a folder of their own."""
    monkeypatch.chdir(tmp_path)
    for place, label in enumerate(("ja", "nein")):
        for speaker in ("ann", "bob", "eve"):
            folder = tmp_path / "data" / "raw" / label
            folder.mkdir(parents=True, exist_ok=True)
            sound = 0.3 * np.sin(np.arange(16000) * (0.1 + 0.1 * place))
            soundfile.write(folder / f"{speaker}_1.wav", sound, 16000)
    return tmp_path / "data" / "raw"


def settings_for(**changes: Any) -> config.Config:
    where = config.Data(source="folder", **changes)
    return config.Config(experiment="test", data=where)


@pytest.mark.usefixtures("prepared")
def test_no_voice_is_in_two_splits_and_the_held_out_family_is_in_none(
    settings: config.Config,
) -> None:
    splits = data.load(settings)
    voices = [{row["speaker"] for row in getattr(splits, name).rows} for name in FIELDS]
    assert all(voices)
    assert sum(map(len, voices)) == len(set.union(*voices))
    assert {voice[:5] for voice in voices[3]} == {"child"}
    assert {voice[:5] for voice in set.union(*voices[:3])} == {"adult"}


@pytest.mark.usefixtures("prepared")
def test_no_clip_is_there_twice(settings: config.Config) -> None:
    splits = data.load(settings)
    clips = np.concatenate([getattr(splits, name).sound for name in FIELDS])
    assert len({clip.tobytes() for clip in clips}) == len(clips)


@pytest.mark.usefixtures("prepared")
def test_clips_keep_the_contract(settings: config.Config) -> None:
    splits = data.load(settings)
    for name in FIELDS:
        clips = getattr(splits, name)
        assert set(clips.labels) == set(range(len(splits.labels)))
        assert [splits.labels[label] for label in clips.labels] == [r["label"] for r in clips.rows]
        assert clips.sound.shape == (len(clips.rows), 16000)
        assert clips.sound.dtype == np.float32
        assert 0.05 < np.abs(clips.sound).max() <= 1


def test_the_built_in_voices_are_the_same_every_time(room: Path) -> None:
    speak = runpy.run_path(str(room / data.SAMPLES))["speak"]
    again = runpy.run_path(str(room / data.SAMPLES))["speak"]
    for family in ("adult", "child"):
        one = speak("stop", family, 3, 1, 16000, 1.0)
        assert one.tobytes() == again("stop", family, 3, 1, 16000, 1.0).tobytes()
        assert one.shape == (16000,)
        assert np.isfinite(one).all()
        assert 0.05 < np.abs(one).max() <= 0.9
        for other in [("stop", family, 4, 1), ("stop", family, 3, 0), ("yes", family, 3, 1)]:
            assert not np.array_equal(one, speak(*other, 16000, 1.0))


@pytest.mark.usefixtures("own")
def test_own_clips_are_split_by_the_speaker_in_their_names() -> None:
    facts = data.prepare(settings_for())
    assert facts["labels"] == ["ja", "nein"]
    assert facts["counts"] == {"test": 2, "train": 2, "valid": 2}
    splits = data.load(settings_for())
    assert {row["speaker"] for row in splits.train.rows}.isdisjoint(
        row["speaker"] for row in splits.test.rows + splits.valid.rows
    )
    assert len(splits.held_out.labels) == 0


def test_a_changed_clip_is_prepared_again(own: Path) -> None:
    before = data.prepare(settings_for())
    soundfile.write(own / "ja" / "ann_1.wav", 0.1 * np.sin(np.arange(16000) * 0.3), 16000)
    changed = data.prepare(settings_for())
    assert changed["hash"] != before["hash"]
    (own / "nein").rename(own / "no")
    assert data.prepare(settings_for())["labels"] == ["ja", "no"]


def test_a_held_out_folder_is_only_tested_on(own: Path) -> None:
    for file in own.glob("*/*.wav"):
        (own.parent / "held_out" / file.parent.name).mkdir(parents=True, exist_ok=True)
        shutil.copy(file, own.parent / "held_out" / file.parent.name / f"new-{file.name}")
    splits = data.load(settings_for())
    assert len(splits.held_out.labels) == 6
    with (data.PREPARED / "clips.csv").open(encoding="utf-8") as file:
        kinds = {row["split"] for row in csv.DictReader(file) if "held_out" in row["name"]}
    assert kinds == {"held_out"}


def test_every_bad_file_is_named_with_what_is_wrong(own: Path) -> None:
    sound = 0.3 * np.sin(np.arange(16000) * 0.1)
    soundfile.write(own / "ja" / "ann_quiet.wav", sound * 0, 16000)
    soundfile.write(own / "ja" / "ann_loud.wav", np.clip(sound * 9, -1, 1), 16000)
    soundfile.write(own / "ja" / "ann_short.wav", sound[:100], 16000)
    soundfile.write(own / "ja" / "ann_phone.wav", sound[:8000], 8000)
    soundfile.write(own / "ja" / "nobody.wav", sound, 16000)
    (own / "ja" / "ann_text.wav").write_text("no sound", encoding="utf-8")
    (own / "vielleicht").mkdir()
    shutil.copy(own / "ja" / "ann_1.wav", own / "stray.wav")
    for label in ("ja", "doch"):
        shutil.copytree(own / "ja", own.parent / "held_out" / label)
    problems = data.check(settings_for())
    for name, words in {
        "raw/ja/ann_quiet.wav": "silent",
        "raw/ja/ann_loud.wav": "clipped",
        "raw/ja/ann_short.wav": "too short",
        "raw/ja/ann_phone.wav": "8000 Hz",
        "raw/ja/nobody.wav": "data.speaker",
        "raw/ja/ann_text.wav": "cannot be read",
        "raw/vielleicht": "no folder with usable clips",
        "raw/stray.wav": "no folder with usable clips",
        "held_out/doch/bob_1.wav": "training has not",
        "held_out/ja/eve_1.wav": "also trains",
    }.items():
        assert [p for p in problems if f'data/{name}"' in p and words in p], (name, problems)


def test_the_command_prints_the_problems_and_fails(
    own: Path, room: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (own / "ja" / "ann_text.wav").write_text("no sound", encoding="utf-8")
    arguments = ["--config", str(room / "config.yaml"), "--set", "data.source=folder"]
    assert data.main(arguments) == 2
    assert 'raw/ja/ann_text.wav" cannot be read' in capsys.readouterr().err
    (own / "ja" / "ann_text.wav").unlink()
    assert data.main(arguments) == 0
    assert "2 keywords: ja, nein" in capsys.readouterr().out


def test_too_few_speakers_are_not_split(own: Path) -> None:
    for file in own.glob("*/eve_1.wav"):
        file.unlink()
    assert "two are the least" in data.check(settings_for())[-1]
    with pytest.raises(UserError, match="three speakers of each"):
        data.prepare(settings_for())


def test_without_a_pattern_every_clip_is_its_own_speaker(own: Path) -> None:
    for number in range(4):
        for label in ("ja", "nein"):
            shutil.copy(own / label / "ann_1.wav", own / label / f"{number}.wav")
    assert data.check(settings_for(speaker="")) == []


def test_no_data_says_where_it_belongs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "data/raw" in data.check(settings_for())[-1]


def test_a_source_that_does_not_exist_is_refused(room: Path) -> None:
    with pytest.raises(UserError, match=r"data\.source"):
        config.load(room / "config.yaml", ["data.source=web"])
    with pytest.raises(UserError, match=r"has no revision|needs an extra"):
        data.prepare(
            dataclasses.replace(settings_for(), data=config.Data(source="hf:someone/words"))
        )
