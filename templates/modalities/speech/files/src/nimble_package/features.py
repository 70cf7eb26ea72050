"""Turns waveforms into log-mel spectrograms: the same for training and prediction."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .config import Features
from .mlops.speech.mel import mel_filters

Floats = NDArray[np.floating[Any]]
SILENCE = 1e-4  # power that counts as silence


def fit_length(samples: Floats, settings: Features) -> Floats:
    """Returns the loudest part of a long clip, or a short clip in the middle of silence."""
    length = round(settings.sample_rate * settings.seconds)
    missing = max(length - len(samples), 0)
    before = missing // 2
    after = missing - before
    padded = np.pad(samples, (before, after))
    squares = np.square(padded, dtype=np.float64)
    energy = np.cumsum(squares)
    energy = np.pad(energy, (1, 0))
    starts = len(energy) - length
    energy_of_part = energy[length:] - energy[:starts]
    start = int(energy_of_part.argmax())
    return padded[start : start + length]


def log_mel(clips: Floats, settings: Features) -> NDArray[np.float32]:
    """Converts clips (n, samples) in -1..1 to the log power of mel bands (n, mels, frames)."""
    rate, n_mels = settings.sample_rate, settings.n_mels
    width = round(settings.window_ms * rate / 1000)
    hop = round(settings.hop_ms * rate / 1000)
    filters = mel_filters(rate, width, n_mels)
    window = np.hanning(width + 1)
    window = window[:-1]
    positions = np.lib.stride_tricks.sliding_window_view(clips, width, axis=1)
    frames = positions[:, ::hop]
    spectrograms = np.empty((len(clips), n_mels, frames.shape[1]), np.float32)
    for row, frames_of_clip in enumerate(frames):
        spectrum = np.fft.rfft(frames_of_clip * window)
        power = np.abs(spectrum) ** 2
        bands = filters @ power.T + SILENCE
        spectrograms[row] = np.log(bands)
    return spectrograms
