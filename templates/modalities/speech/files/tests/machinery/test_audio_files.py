"""How mlops/speech reads clips: loud, damaged and doubled ones, and the same for a prediction."""

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from nimble_package import config, data, predict
from nimble_package.mlops.decision import Decision
from nimble_package.mlops.errors import UserError
from nimble_package.mlops.speech import audio_files, pcm

RATE = 16000
SETTINGS = config.Features(sample_rate=RATE, seconds=1.0)


def make_tone(rate: int = RATE, seconds: float = 1.0, hertz: float = 440.0) -> NDArray[Any]:
    """A sine wave with a peak of 0.5."""
    times = np.arange(round(rate * seconds)) / rate
    return 0.5 * np.sin(2 * np.pi * hertz * times)


def read(path: Path) -> audio_files.AudioClip:
    """Reads one file with the settings of these tests."""
    return audio_files.read_clip(path, SETTINGS)


def test_samples_above_full_scale_are_limited_and_counted(tmp_path: Path) -> None:
    samples = make_tone()
    samples[5000:5020] = 1.7
    samples[6000:6010] = -3.0
    soundfile.write(tmp_path / "loud.wav", samples, RATE, subtype="FLOAT")
    clip = read(tmp_path / "loud.wav")
    assert clip.problem == ""
    assert clip.limited == 30
    kept = pcm.decode(pcm.encode(clip.samples))
    assert (kept[5000:5020] == 1).all()
    assert (kept[6000:6010] == -1).all()


@pytest.mark.parametrize("factor", [3, 80])
def test_a_clip_that_is_far_too_loud_is_limited_and_counted(tmp_path: Path, factor: int) -> None:
    samples = make_tone() * factor
    soundfile.write(tmp_path / "clip.wav", samples, RATE, subtype="FLOAT")
    clip = read(tmp_path / "clip.wav")
    assert clip.problem == ""
    assert clip.limited == np.count_nonzero(np.abs(samples) > 1)
    assert np.abs(clip.samples).max() <= 1
    assert (np.sign(clip.samples) == np.sign(np.round(samples * 32767))).all()


@pytest.mark.parametrize("full_scale", [2**15, 2**31])
def test_integers_in_a_float_file_are_named(tmp_path: Path, full_scale: int) -> None:
    soundfile.write(tmp_path / "clip.wav", make_tone() * full_scale, RATE, subtype="FLOAT")
    problem = read(tmp_path / "clip.wav").problem
    assert "is not in -1..1 (peak" in problem
    assert "divide it by the full scale" in problem


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_one_sample_that_is_not_a_number_is_named(tmp_path: Path, value: float) -> None:
    samples = make_tone()
    samples[100] = value
    soundfile.write(tmp_path / "clip.wav", samples, RATE, subtype="FLOAT")
    assert "1 of 16,000 samples that are not numbers" in read(tmp_path / "clip.wav").problem


def test_an_ogg_file_without_an_end_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "clip.ogg"
    soundfile.write(path, make_tone(), RATE)
    content = bytearray(path.read_bytes())
    content[content.rfind(b"OggS") + 5] &= ~4
    path.write_bytes(content)
    assert "last page" not in read(path).problem


@pytest.mark.parametrize("name", ["a.wav", "b.flac", "c.ogg", "d.mp3", "e.aiff"])
def test_half_a_file_is_named(tmp_path: Path, name: str) -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, RATE * 4)
    soundfile.write(tmp_path / name, noise, RATE)
    assert read(tmp_path / name).problem == ""
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(content[: len(content) // 2])
    assert read(tmp_path / name).problem != ""


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (64000, "ends after 32,000 of 64,000 bytes"),
        (16000, "has 16,000 more bytes (0.50 s)"),
        (0, "has 32,000 more bytes (1.00 s)"),
        (0xFFFFFFFF, ""),  # written into a pipe: the length was not known
    ],
)
def test_a_wav_header_with_the_wrong_length_is_named(tmp_path: Path, size: int, words: str) -> None:
    path = tmp_path / "clip.wav"
    soundfile.write(path, make_tone(), RATE)
    content = bytearray(path.read_bytes())
    place = content.index(b"data")
    content[place + 4 : place + 8] = struct.pack("<I", size)
    path.write_bytes(content)
    problem = read(path).problem
    assert words in problem
    assert bool(problem) is bool(words)


def test_parts_of_a_wav_file_after_the_audio_are_no_problem(tmp_path: Path) -> None:
    path = tmp_path / "clip.wav"
    soundfile.write(path, make_tone(), RATE)
    notes = b"LIST" + struct.pack("<I", 9000) + b"n" * 9000
    path.write_bytes(path.read_bytes() + notes + b"\0" * 100)
    assert read(path).problem == ""


def test_a_recording_of_many_minutes_is_named_without_reading_it(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "long.wav", np.zeros(8000 * 301, np.int16), 8000)
    assert "lasts 5 minutes, at most 5" in read(tmp_path / "long.wav").problem


def test_channels_that_cancel_out_are_named(tmp_path: Path) -> None:
    channels = np.stack([make_tone(), -make_tone()], axis=1)
    soundfile.write(tmp_path / "clip.wav", channels, RATE)
    assert "cancel out" in read(tmp_path / "clip.wav").problem


@pytest.fixture
def clips(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two keywords by four speakers, in files of many kinds, in data/raw of a folder of its own."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "data" / "raw"
    kinds = [("wav", "PCM_U8", 44100), ("wav", "FLOAT", 22050), ("flac", "PCM_24", 48000)]
    kinds.append(("ogg", "VORBIS", RATE))
    for label, hertz in (("ja", 300.0), ("nein", 500.0)):
        (folder / label).mkdir(parents=True)
        (folder / label / "desktop.ini").touch()  # left out, as hidden files are
        for number, (suffix, subtype, rate) in enumerate(kinds):
            samples = make_tone(rate, 0.8 + number / 5, hertz) * (1.2 + number / 5)
            channels = np.stack([samples] * (1 + number % 2), axis=1)
            path = folder / label / f"{'abcd'[number]}_1.{suffix}"
            soundfile.write(path, channels, rate, subtype=subtype)
    return folder


def make_settings(**changes: Any) -> config.Config:
    """The settings for clips in data/raw."""
    source = config.Data(source="folder", **changes)
    return config.Config("test", data=source, features=SETTINGS)


@pytest.mark.usefixtures("clips")
def test_a_prediction_reads_exactly_what_the_training_reads() -> None:
    splits = data.load(make_settings())
    model = predict.Model(None, ["ja", "nein"], SETTINGS, Decision())
    count = 0
    for part in (splits.train, splits.valid, splits.test):
        names = [row["name"] for row in part.rows]
        for (_, clip), trained in zip(predict.read_inputs(model, names), part.clips, strict=True):
            assert clip.dtype == trained.dtype
            assert np.array_equal(clip, trained)
            count += 1
    assert count == 8


def test_a_prediction_names_every_file_that_cannot_be_read(clips: Path) -> None:
    (clips / "empty.wav").write_bytes(b"")
    (clips / "text.wav").write_text("hello", encoding="utf-8")
    model = predict.Model(None, ["ja", "nein"], SETTINGS, Decision())
    names = ["empty.wav", "ja/a_1.wav", "missing.wav", "text.wav"]
    with pytest.raises(UserError) as error:
        predict.read_inputs(model, [str(clips / name) for name in names])
    lines = str(error.value).splitlines()
    assert len(lines) == 4
    for line, words in zip(lines, ["0 bytes", "not exist", "not recog", "3 of 4"], strict=True):
        assert words in line


def test_the_same_clip_under_two_keywords_or_by_two_speakers_is_refused(clips: Path) -> None:
    samples, rate = soundfile.read(clips / "ja" / "a_1.wav")
    soundfile.write(clips / "nein" / "a_2.flac", samples, rate)  # the same samples in another file
    (clips / "ja" / "b_2.wav").write_bytes((clips / "ja" / "a_1.wav").read_bytes())
    two_keywords, two_speakers = sorted(data.check(make_settings()), key=len)
    assert all(word in two_keywords for word in ["nein/a_2.flac", "ja/a_1.wav", "two keywords"])
    assert all(word in two_speakers for word in ["ja/b_2.wav", "ja/a_1.wav", '"a"', '"b"'])
    assert "give both the same speaker" in two_speakers


def test_a_held_out_clip_that_is_also_in_training_is_named(clips: Path) -> None:
    held_out = clips.parent / "held_out" / "ja"
    held_out.mkdir(parents=True)
    (held_out / "new_1.wav").write_bytes((clips / "ja" / "a_1.wav").read_bytes())
    summary = data.prepare(make_settings())["summary"]
    assert 'held_out/ja/new_1.wav" and' in summary
    assert "are the same clip in two speakers" in summary


def test_clips_above_full_scale_are_counted_in_the_summary(clips: Path) -> None:
    samples = make_tone(RATE, 1.0, 700.0)
    samples[100:107] = 2.0
    soundfile.write(clips / "ja" / "a_loud.wav", samples, RATE, subtype="FLOAT")
    summary = data.prepare(make_settings())["summary"]
    assert "7 samples of 1 clips were above full scale: limited" in summary
    assert np.abs(data.load(make_settings()).train.clips).max() <= 1
