"""Turns waveforms into log-mel spectrograms: the same for training and prediction."""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .config import Features
from .mlops.errors import UserError

Floats = NDArray[np.floating[Any]]
SILENCE = 1e-4  # power that counts as silence


def fit_length(samples: Floats, settings: Features) -> Floats:
    """Returns the loudest part of a long clip, or a short clip in the middle of silence."""
    length = round(settings.sample_rate * settings.seconds)
    missing = max(length - len(samples), 0)
    before = missing // 2
    padded = np.pad(samples, (before, missing - before))
    squares = np.square(padded, dtype=np.float64)
    energy = np.pad(np.cumsum(squares), (1, 0))
    energy_of_part = energy[length:] - energy[: len(energy) - length]
    start = int(np.argmax(energy_of_part))
    return padded[start : start + length]


def log_mel(clips: Floats, settings: Features) -> NDArray[np.float32]:
    """Converts clips (n, samples) in -1..1 to the log power of mel bands (n, mels, frames)."""
    width = round(settings.sample_rate * settings.window_ms / 1000)
    hop = round(settings.sample_rate * settings.hop_ms / 1000)
    filters = mel_filters(settings.sample_rate, width, settings.n_mels)
    window = np.hanning(width + 1)[:-1]
    frames = np.lib.stride_tricks.sliding_window_view(clips, width, axis=1)[:, ::hop]
    shape = (len(clips), settings.n_mels, frames.shape[1])
    spectrograms = np.empty(shape, np.float32)
    for row, windows in enumerate(frames):
        spectrum = np.fft.rfft(windows * window)
        power = np.abs(spectrum) ** 2
        bands = filters @ power.T
        spectrograms[row] = np.log(bands + SILENCE)
    return spectrograms


@cache
def mel_filters(sample_rate: int, width: int, n_mels: int) -> Floats:
    """Returns triangles evenly spaced in mel, 2595 log10(1 + Hz / 700), (n_mels, width // 2 + 1).

    Raises UserError when a band is narrower than the resolution.
    """
    highest = 2595 * np.log10(1 + sample_rate / 2 / 700)
    mels = np.linspace(0, highest, n_mels + 2)
    edges = 700 * (10 ** (mels / 2595) - 1)
    low = edges[:-2, None]
    peak = edges[1:-1, None]
    high = edges[2:, None]
    hertz = np.fft.rfftfreq(width, 1 / sample_rate)
    rising = (hertz - low) / (peak - low)
    falling = (high - hertz) / (high - peak)
    filters = np.minimum(rising, falling).clip(0)
    if not filters.any(axis=1).all():
        hint = "lower it, or raise features.window_ms"
        raise UserError(f'"features.n_mels" {n_mels} is too many: {hint}')
    return filters
