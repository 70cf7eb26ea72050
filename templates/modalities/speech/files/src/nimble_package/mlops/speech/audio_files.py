"""Reads audio files, and finds what makes a clip useless."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import numpy as np
import soundfile
from numpy.typing import NDArray

from ...config import Features
from ...features import Floats, fit_length
from . import file_ends, pcm

NEARLY_FULL_SCALE = 0.99  # of the largest sample
MAX_CLIPPED = 0.01  # share of samples at full scale; those above it are limited and counted
MAX_PEAK = 100  # integers, which were not scaled, have more; some Ogg files of speech have 40
MIN_PEAK = 0.001
MAX_SECONDS = 300  # a longer file is a recording that was not cut into clips
ADVICE = "save it as WAV, FLAC, OGG or MP3"


@dataclass(frozen=True)
class AudioClip:
    """One clip in -1..1, rounded to 16 bits as it is kept."""

    samples: NDArray[np.float32]  # (features.sample_rate * features.seconds,)
    problem: str  # why it is of no use, and what to do; "" when it can be used
    limited: int = 0  # samples that were above full scale


def read(file: Path | BinaryIO, settings: Features) -> tuple[NDArray[np.float32], str]:
    """Returns one clip of `settings.seconds` in -1..1, channels averaged, and its problem or ""."""
    clip = read_clip(file, settings)
    return clip.samples, clip.problem


def read_clip(file: Path | BinaryIO, settings: Features) -> AudioClip:
    """Returns one clip of `settings.seconds`, channels averaged."""
    try:
        content = file.read_bytes() if isinstance(file, Path) else file.read()
        problem = file_ends.find_problem(content)
        if problem:
            return _refuse(problem)
        with soundfile.SoundFile(BytesIO(content)) as audio:
            rate = audio.samplerate
            if audio.frames > MAX_SECONDS * rate:
                return _refuse(_describe_long(audio.frames / rate, settings))
            samples = audio.read(audio.frames, dtype="float32", always_2d=True)
    except OSError as error:
        return _refuse(f"cannot be read ({error.strerror or error})")
    except (RuntimeError, ValueError) as error:
        reason = str(error).rpartition(": ")[2].rstrip(".")
        return _refuse(f"cannot be read ({reason}): {ADVICE}")
    mono = samples.mean(axis=1)
    problem = find_problem(mono, rate, settings)
    if problem:
        problem = _find_cancelling_channels(samples, mono) or problem
        return _refuse(problem)
    fitted = fit_length(resample(mono, rate, settings.sample_rate), settings)
    kept = pcm.decode(pcm.encode(fitted))
    return AudioClip(kept, "", pcm.count_above_full_scale(fitted))


def resample(samples: Floats, rate: int, wanted: int) -> Floats:
    """Returns the samples at another rate, by way of their spectrum."""
    length = round(len(samples) * wanted / rate)
    if rate == wanted or length <= 1:
        return samples
    spectrum = np.fft.rfft(samples)
    return np.fft.irfft(spectrum, length) * length / len(samples)


def find_problem(samples: Floats, rate: int, settings: Features) -> str:
    """Returns what makes a clip useless for training and what to do, or ""."""
    broken = int(np.count_nonzero(~np.isfinite(samples)))
    if broken:
        share = f"{broken:,} of {len(samples):,} samples"
        return f"has {share} that are not numbers (NaN or infinite): save it again"
    peak = float(np.abs(samples).max(initial=0))
    if len(samples) < rate * settings.seconds / 4:
        length = len(samples) / rate
        return f"lasts {length:.2f} s, too short for features.seconds {settings.seconds:g}"
    if not peak > MIN_PEAK:
        return "is silent: record it again, or delete it"
    if peak > MAX_PEAK:
        return f"is not in -1..1 (peak {peak:,.0f}): divide it by the full scale of its samples"
    clipped = 0.0
    if peak > NEARLY_FULL_SCALE and pcm.count_above_full_scale(samples) == 0:
        clipped = float(np.mean(np.abs(samples) > NEARLY_FULL_SCALE * peak))
    if clipped > MAX_CLIPPED:
        return f"is clipped ({clipped:.0%} of it at full scale): record it with less gain"
    if rate < settings.sample_rate:
        wanted = settings.sample_rate
        return f"has {rate} Hz, less than features.sample_rate {wanted}: lower that setting"
    return ""


def _refuse(problem: str) -> AudioClip:
    return AudioClip(np.zeros(0, np.float32), problem)


def _find_cancelling_channels(channels: Floats, mono: Floats) -> str:
    """Names the reason when only the mean of the channels (n, channels) is silent."""
    is_silent = float(np.abs(mono).max(initial=0)) <= MIN_PEAK
    is_audible = float(np.abs(channels).max(initial=0)) > 2 * MIN_PEAK
    if is_silent and is_audible:
        return "is silent when its channels are averaged, they cancel out: save one of them"
    return ""


def _describe_long(seconds: float, settings: Features) -> str:
    length = f"{seconds / 60:,.0f} minutes"
    hint = f"cut it into clips of about features.seconds {settings.seconds:g}"
    return f"lasts {length}, at most {MAX_SECONDS // 60} are read: {hint}"
