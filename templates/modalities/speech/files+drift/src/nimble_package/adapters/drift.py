"""What drift must know about clips: level, duration, silence and noise."""

from collections.abc import Mapping, Sequence

import numpy as np

from ..config import Config
from ..features import fit_length
from ..mlops.drift.adapter import Adapter, Facts
from ..mlops.drift.sample import Column, number
from ..mlops.speech.loudness import level
from ..predict import Clip, Model

QUIET = 0.01  # of full scale: -40 dB
FRAME_SECONDS = 0.02


def describe(model: Model, clips: Sequence[Clip], _facts: Facts) -> Mapping[str, Column]:
    """Returns statistics of the part of each clip that the model reads."""
    rows: dict[str, list[float]] = {}
    for clip in clips:
        fitted = fit_length(clip, model.features)
        for name, value in measure(fitted, model.features.sample_rate).items():
            rows.setdefault(name, []).append(value)
    return {name: number(values) for name, values in rows.items()}


def measure(clip: Clip, rate: int) -> dict[str, float]:
    """Returns decibels of full scale, seconds from the first to the last sound, and shares."""
    sound = np.flatnonzero(clip)
    first, last = (sound[0], sound[-1] + 1) if len(sound) else (0, 1)
    part = clip[first:last]
    size = max(round(rate * FRAME_SECONDS), 1)
    starts = range(0, len(part), size)
    peaks = [float(np.abs(part[start : start + size]).max()) for start in starts]
    quiet = [peak < QUIET for peak in peaks]
    crossings = np.abs(np.diff(np.signbit(part))).mean() if len(part) > 1 else 0.0
    return {
        "level": float(level(part[None])[0]),
        "seconds": len(part) / rate,
        "share of silence": sum(quiet) / len(quiet),
        "zero crossings": float(crossings),
    }


ADAPTER: Adapter[Config, Clip, Model] = Adapter(columns=describe)
