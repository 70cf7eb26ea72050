"""From waveform to picture: sound files, their faults in words, and log-mel features."""

from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import soundfile
from numpy.typing import NDArray

from .config import Features
from .mlops.settings import UserError

Floats = NDArray[np.floating[Any]]


def read(file: Path | BinaryIO, how: Features) -> tuple[Floats, str]:
    """One clip of `how.seconds` in -1..1, channels averaged, and its fault ("" if it has none)."""
    try:
        sound, rate = soundfile.read(file, dtype="float32", always_2d=True)
    except (OSError, soundfile.LibsndfileError) as error:
        reason = str(error).rpartition(": ")[2].rstrip(".")
        return np.zeros(0), f"cannot be read ({reason}): save it as WAV, FLAC, OGG or MP3"
    sound = sound.mean(axis=1)
    size = round(len(sound) * how.rate / rate)  # another rate by way of the spectrum
    resampled = np.fft.irfft(np.fft.rfft(sound), size) * size / len(sound) if size > 1 else sound
    return fit(sound if rate == how.rate else resampled, how), fault(sound, rate, how)


def fault(sound: Floats, rate: int, how: Features) -> str:
    """What makes a clip useless for training, and what to do about it."""
    peak = float(np.abs(sound).max(initial=0))
    full = float(np.mean(np.abs(sound) > 0.99 * peak)) if peak > 0.99 else 0.0
    if len(sound) < rate * how.seconds / 4:
        return f"lasts {len(sound) / rate:.2f} s, too short for features.seconds {how.seconds:g}"
    if not peak > 0.001:
        return "is silent: record it again, or delete it"
    if full > 0.01:
        return f"is clipped ({full:.0%} of it at full scale): record it with less gain"
    if rate < how.rate:
        return f"has {rate} Hz, less than features.rate {how.rate}: lower that setting"
    return ""


def fit(sound: Floats, how: Features) -> Floats:
    """The loudest stretch of a long clip; a short one in the middle of silence."""
    samples = round(how.rate * how.seconds)
    spare = max(samples - len(sound), 0)
    sound = np.pad(sound, (spare // 2, spare - spare // 2))
    energy = np.pad(np.cumsum(np.square(sound, dtype=np.float64)), (1, 0))
    start = int(np.argmax(energy[samples:] - energy[: len(energy) - samples]))
    return sound[start : start + samples]


def log_mel(clips: Floats, how: Features) -> NDArray[np.float32]:
    """(n, samples) in -1..1 -> (n, mels, frames): log of the power in each mel band."""
    width, hop = (round(how.rate * ms / 1000) for ms in (how.window_ms, how.hop_ms))
    bank, window = mel_bank(how.rate, width, how.mels), np.hanning(width + 1)[:-1]
    frames = np.lib.stride_tricks.sliding_window_view(clips, width, axis=1)[:, ::hop]
    out = np.empty((len(clips), how.mels, frames.shape[1]), np.float32)
    for row, pieces in enumerate(frames):
        power = np.abs(np.fft.rfft(pieces * window)) ** 2
        out[row] = np.log(bank @ power.T + 1e-4)  # so much counts as silence
    return out


@cache
def mel_bank(rate: int, width: int, mels: int) -> Floats:
    """(mels, width // 2 + 1): triangles evenly spaced in mel, 2595 log10(1 + Hz / 700)."""
    top = 2595 * np.log10(1 + rate / 2 / 700)
    edges = 700 * (10 ** (np.linspace(0, top, mels + 2) / 2595) - 1)
    low, peak, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    hertz = np.fft.rfftfreq(width, 1 / rate)
    bank = np.minimum((hertz - low) / (peak - low), (high - hertz) / (high - peak)).clip(0)
    if not bank.any(axis=1).all():
        raise UserError(
            f'"features.mels" {mels} is too many: lower it, or raise features.window_ms'
        )
    return bank
