"""Reads audio files, and finds what makes a clip useless."""

from pathlib import Path
from typing import BinaryIO

import numpy as np
import soundfile

from ...config import Features
from ...features import Floats, fit_length

FULL_SCALE = 0.99  # of the largest sample
MAX_CLIPPED = 0.01  # share of samples at full scale
MIN_PEAK = 0.001


def read(file: Path | BinaryIO, settings: Features) -> tuple[Floats, str]:
    """Returns one clip of `settings.seconds` in -1..1, channels averaged, and its problem or ""."""
    try:
        samples, rate = soundfile.read(file, dtype="float32", always_2d=True)
    except (OSError, soundfile.LibsndfileError) as error:
        reason = str(error).rpartition(": ")[2].rstrip(".")
        return np.zeros(0), f"cannot be read ({reason}): save it as WAV, FLAC, OGG or MP3"
    mono = samples.mean(axis=1)
    problem = find_problem(mono, rate, settings)
    return fit_length(resample(mono, rate, settings.sample_rate), settings), problem


def resample(samples: Floats, rate: int, wanted: int) -> Floats:
    """Returns the samples at another rate, by way of their spectrum."""
    length = round(len(samples) * wanted / rate)
    if rate == wanted or length <= 1:
        return samples
    spectrum = np.fft.rfft(samples)
    return np.fft.irfft(spectrum, length) * length / len(samples)


def find_problem(samples: Floats, rate: int, settings: Features) -> str:
    """Returns what makes a clip useless for training and what to do, or ""."""
    peak = float(np.abs(samples).max(initial=0))
    clipped = 0.0
    if peak > FULL_SCALE:
        clipped = float(np.mean(np.abs(samples) > FULL_SCALE * peak))
    if len(samples) < rate * settings.seconds / 4:
        length = len(samples) / rate
        return f"lasts {length:.2f} s, too short for features.seconds {settings.seconds:g}"
    if not peak > MIN_PEAK:
        return "is silent: record it again, or delete it"
    if clipped > MAX_CLIPPED:
        return f"is clipped ({clipped:.0%} of it at full scale): record it with less gain"
    if rate < settings.sample_rate:
        wanted = settings.sample_rate
        return f"has {rate} Hz, less than features.sample_rate {wanted}: lower that setting"
    return ""
