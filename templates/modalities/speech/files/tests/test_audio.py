"""Files of every format become the same clips, problems are named, and features are log-mel."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from nimble_package.config import Features
from nimble_package.features import fit_length, log_mel
from nimble_package.mlops.errors import UserError
from nimble_package.mlops.speech.audio_files import find_problem, read
from nimble_package.mlops.speech.mel import mel_filters

SETTINGS = Features(sample_rate=16000, seconds=1.0)


def make_tone(rate: int, seconds: float, hertz: float = 440.0) -> NDArray[Any]:
    """A sine wave with a peak of 0.5."""
    times = np.arange(round(rate * seconds)) / rate
    return 0.5 * np.sin(2 * np.pi * hertz * times)


@pytest.mark.parametrize(
    ("name", "rate", "channels", "subtype"),
    [
        ("a.wav", 16000, 1, "PCM_16"),
        ("b.wav", 48000, 2, "PCM_24"),
        ("c.wav", 44100, 1, "PCM_U8"),
        ("d.wav", 22050, 2, "FLOAT"),
        ("e.flac", 32000, 1, "PCM_16"),
        ("f.ogg", 44100, 2, "VORBIS"),
    ],
)
def test_files_of_every_format_rate_and_number_of_channels_become_the_same_clip(
    tmp_path: Path, name: str, rate: int, channels: int, subtype: str
) -> None:
    samples = np.stack([make_tone(rate, 1.0)] * channels, axis=1)
    soundfile.write(tmp_path / name, samples, rate, subtype=subtype)
    clip, problem = read(tmp_path / name, SETTINGS)
    assert problem == ""
    assert clip.shape == (16000,)
    difference = clip - make_tone(16000, 1.0)
    assert np.abs(difference[2000:14000]).max() < 0.03


def test_resampling_removes_frequencies_above_half_the_new_rate(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "high.wav", make_tone(48000, 1.0, hertz=11000), 48000)
    clip, _ = read(tmp_path / "high.wav", SETTINGS)
    assert np.abs(clip[1000:-1000]).max() < 0.01


def test_a_long_clip_keeps_its_loudest_part_and_a_short_clip_is_put_in_the_middle() -> None:
    long = np.zeros(48000)
    long[30000:34000] = 0.5
    assert np.count_nonzero(fit_length(long, SETTINGS)) == 4000
    short = fit_length(np.ones(1000), SETTINGS)
    assert short.shape == (16000,)
    assert short[7500:8500].all()
    assert not short[:7500].any()


@pytest.mark.parametrize(
    ("samples", "rate", "words"),
    [
        (np.zeros(16000), 16000, "silent"),
        (np.full(16000, np.nan), 16000, "not numbers"),
        (np.clip(make_tone(16000, 1.0) * 9, -1, 1), 16000, "clipped"),
        (make_tone(8000, 1.0), 8000, "8000 Hz, less than features.sample_rate 16000"),
        (make_tone(16000, 0.1), 16000, "lasts 0.10 s, too short"),
        (np.zeros(0), 16000, "too short"),
    ],
)
def test_the_problem_of_an_unusable_file_is_named(
    tmp_path: Path, samples: NDArray[Any], rate: int, words: str
) -> None:
    soundfile.write(tmp_path / "clip.wav", samples, rate, subtype="FLOAT")
    _, problem = read(tmp_path / "clip.wav", SETTINGS)
    assert words in problem


def clip_samples(count: int) -> NDArray[Any]:
    """A second of audio with so many of its 16,000 samples at full scale, positive and negative."""
    samples = make_tone(16000, 1.0)
    samples[:count] = np.where(np.arange(count) % 2, -1.0, 1.0)
    return samples


@pytest.mark.parametrize(
    ("samples", "seconds", "words"),
    [
        (make_tone(16000, 0.5), 2.0, ""),  # a quarter of the seconds is enough
        (make_tone(16000, 0.5)[1:], 2.0, "too short"),
        (make_tone(16000, 1.0) * -0.0021, 1.0, ""),  # peaks at 0.00105
        (make_tone(16000, 1.0) * 0.0019, 1.0, "silent"),
        (clip_samples(160), 1.0, ""),  # one sample in a hundred is a loud word
        (clip_samples(161), 1.0, "clipped (1% "),
        (np.full(16000, -0.98), 1.0, ""),
        (np.full(16000, -1.0), 1.0, "clipped (100% "),
    ],
)
def test_a_problem_is_found_exactly_at_its_limit(
    samples: NDArray[Any], seconds: float, words: str
) -> None:
    problem = find_problem(samples, 16000, Features(sample_rate=16000, seconds=seconds))
    assert words in problem
    assert bool(problem) is bool(words)


def test_a_file_without_audio_and_a_missing_file_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "clip.wav").write_bytes(b"RIFF of something else")
    for name in ("clip.wav", "missing.wav"):
        _, problem = read(tmp_path / name, SETTINGS)
        assert "cannot be read" in problem


def test_log_mel_follows_its_definition() -> None:
    settings = Features(sample_rate=8000, seconds=0.1, window_ms=16, hop_ms=10, n_mels=12)
    clip = np.random.default_rng(0).normal(0, 0.1, 800)
    found = log_mel(clip[np.newaxis], settings)
    assert found.shape == (1, 12, 9)
    frame = 3
    n = np.arange(128)
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * n / 128)
    windowed = clip[frame * 80 : frame * 80 + 128] * hann
    power = []
    for k in range(65):
        coefficient = np.sum(windowed * np.exp(-2j * np.pi * k * n / 128))
        power.append(abs(coefficient) ** 2)
    highest = 2595 * np.log10(1 + 4000 / 700)
    edges = [700 * (10 ** (highest * i / 13 / 2595) - 1) for i in range(14)]
    for band in range(12):
        low, peak, high = edges[band : band + 3]
        total = 0.0
        for k in range(65):
            hertz = k * 62.5
            weight = min((hertz - low) / (peak - low), (high - hertz) / (high - peak))
            total += max(0.0, weight) * power[k]
        assert found[0, band, frame] == pytest.approx(np.log(total + 1e-4), abs=1e-4)


@pytest.mark.parametrize("hertz", [300, 1000, 4000])
def test_a_tone_is_loudest_in_its_own_mel_band(hertz: int) -> None:
    spectrogram = log_mel(make_tone(16000, 1.0, hertz)[np.newaxis], SETTINGS)[0]
    loudest = spectrogram.mean(axis=1).argmax()
    assert mel_filters(16000, 512, 40)[loudest, round(hertz / 31.25)] > 0.3


def test_the_log_mel_of_silence_is_finite() -> None:
    assert np.isfinite(log_mel(np.zeros((1, 16000)), SETTINGS)).all()


def test_more_mel_bands_than_the_resolution_allows_are_refused() -> None:
    with pytest.raises(UserError, match=r'"features\.n_mels" 200 is too many'):
        log_mel(np.zeros((1, 16000)), Features(n_mels=200))
