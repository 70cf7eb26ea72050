"""Files of every kind become the same clips, faults are named, and log-mel is log-mel."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from nimble_package.audio import fault, fit, log_mel, mel_bank, read
from nimble_package.config import Features
from nimble_package.mlops.settings import UserError

HOW = Features(rate=16000, seconds=1.0)


def tone(rate: int, seconds: float, hertz: float = 440.0) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * hertz * np.arange(round(rate * seconds)) / rate)


@pytest.mark.parametrize(
    ("name", "rate", "channels", "kind"),
    [
        ("a.wav", 16000, 1, "PCM_16"),
        ("b.wav", 48000, 2, "PCM_24"),
        ("c.wav", 44100, 1, "PCM_U8"),
        ("d.wav", 22050, 2, "FLOAT"),
        ("e.flac", 32000, 1, "PCM_16"),
        ("f.ogg", 44100, 2, "VORBIS"),
    ],
)
def test_every_kind_of_file_becomes_the_same_clip(
    tmp_path: Path, name: str, rate: int, channels: int, kind: str
) -> None:
    sound = np.stack([tone(rate, 1.0)] * channels, axis=1)
    soundfile.write(tmp_path / name, sound, rate, subtype=kind)
    clip, fault = read(tmp_path / name, HOW)
    assert fault == ""
    assert clip.shape == (16000,)
    middle = slice(2000, 14000)
    assert np.abs(clip[middle] - tone(16000, 1.0)[middle]).max() < 0.03


def test_what_lies_above_the_new_half_rate_does_not_fold_back(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "high.wav", tone(48000, 1.0, hertz=11000), 48000)
    clip, _ = read(tmp_path / "high.wav", HOW)
    assert np.abs(clip[1000:-1000]).max() < 0.01


def test_a_long_clip_keeps_its_loudest_stretch_and_a_short_one_its_middle() -> None:
    long = np.zeros(48000)
    long[30000:34000] = 0.5
    assert np.count_nonzero(fit(long, HOW)) == 4000
    short = fit(np.ones(1000), HOW)
    assert short.shape == (16000,)
    assert short[7500:8500].all()
    assert not short[:7500].any()


@pytest.mark.parametrize(
    ("sound", "rate", "words"),
    [
        (np.zeros(16000), 16000, "silent"),
        (np.full(16000, np.nan), 16000, "silent"),
        (np.clip(tone(16000, 1.0) * 9, -1, 1), 16000, "clipped"),
        (tone(8000, 1.0), 8000, "8000 Hz, less than features.rate 16000"),
        (tone(16000, 0.1), 16000, "lasts 0.10 s, too short"),
        (np.zeros(0), 16000, "too short"),
    ],
)
def test_a_fault_is_named(tmp_path: Path, sound: np.ndarray, rate: int, words: str) -> None:
    soundfile.write(tmp_path / "clip.wav", sound, rate, subtype="FLOAT")
    assert words in read(tmp_path / "clip.wav", HOW)[1]


def full_scale(samples: int) -> np.ndarray:
    """A second of sound, so many of its 16,000 samples at full scale, below zero as well."""
    sound = tone(16000, 1.0)
    sound[:samples] = np.where(np.arange(samples) % 2, -1.0, 1.0)
    return sound


@pytest.mark.parametrize(
    ("sound", "seconds", "word"),
    [
        (tone(16000, 0.5), 2.0, ""),  # a quarter of the seconds is enough
        (tone(16000, 0.5)[1:], 2.0, "too short"),
        (tone(16000, 1.0) * -0.0021, 1.0, ""),  # peaks at 0.00105
        (tone(16000, 1.0) * 0.0019, 1.0, "silent"),
        (full_scale(160), 1.0, ""),  # one in a hundred is a loud word
        (full_scale(161), 1.0, "clipped (1% "),
        (np.full(16000, -0.98), 1.0, ""),
        (np.full(16000, -1.0), 1.0, "clipped (100% "),
    ],
)
def test_a_fault_begins_where_it_says(sound: np.ndarray, seconds: float, word: str) -> None:
    found = fault(sound, 16000, Features(rate=16000, seconds=seconds))
    assert word in found
    assert bool(found) is bool(word)


def test_what_is_no_sound_file_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "clip.wav").write_bytes(b"RIFF of something else")
    assert "cannot be read" in read(tmp_path / "clip.wav", HOW)[1]
    assert "cannot be read" in read(tmp_path / "nowhere.wav", HOW)[1]


def test_log_mel_is_what_its_definition_says() -> None:
    how = Features(rate=8000, seconds=0.1, window_ms=16, hop_ms=10, mels=12)
    clip = np.random.default_rng(0).normal(0, 0.1, 800)
    found = log_mel(clip[None], how)
    assert found.shape == (1, 12, 9)
    frame, n = 3, np.arange(128)
    windowed = clip[frame * 80 : frame * 80 + 128] * (0.5 - 0.5 * np.cos(2 * np.pi * n / 128))
    power = [abs(np.sum(windowed * np.exp(-2j * np.pi * k * n / 128))) ** 2 for k in range(65)]

    def mel(hertz: float) -> float:
        return 2595 * np.log10(1 + hertz / 700)

    edges = [700 * (10 ** (mel(4000) * i / 13 / 2595) - 1) for i in range(14)]
    for band in range(12):
        low, peak, high = edges[band : band + 3]
        weights = [
            max(0.0, min((k * 62.5 - low) / (peak - low), (high - k * 62.5) / (high - peak)))
            for k in range(65)
        ]
        assert found[0, band, frame] == pytest.approx(
            np.log(np.dot(weights, power) + 1e-4), abs=1e-4
        )


@pytest.mark.parametrize("hertz", [300, 1000, 4000])
def test_a_tone_is_loudest_in_its_own_band(hertz: int) -> None:
    loudest = log_mel(tone(16000, 1.0, hertz)[None], HOW)[0].mean(1).argmax()
    assert mel_bank(16000, 512, 40)[loudest, round(hertz / 31.25)] > 0.3


def test_silence_stays_finite() -> None:
    assert np.isfinite(log_mel(np.zeros((1, 16000)), HOW)).all()


def test_too_many_bands_are_refused() -> None:
    with pytest.raises(UserError, match=r'"features.mels" 200 is too many'):
        log_mel(np.zeros((1, 16000)), Features(mels=200))
