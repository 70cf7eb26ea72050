"""How loud a clip is, and how loud compared with its noise."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

FRAME_SECONDS = 0.02
SILENCE = 1e-10  # power that counts as silence

Clips = NDArray[np.floating[Any]]  # (n, samples) in -1..1


def level(clips: Clips) -> NDArray[np.float64]:
    """Returns the mean power of each clip in decibels of full scale, shape (n,)."""
    squares = np.square(clips, dtype=np.float64)
    power = squares.mean(axis=1) + SILENCE
    return to_decibels(power)


def signal_to_noise(clips: Clips, sample_rate: int) -> NDArray[np.float64]:
    """Returns the decibels between the loudest and the quietest tenth of the frames, (n,)."""
    size = max(round(sample_rate * FRAME_SECONDS), 1)
    count = clips.shape[1] // size
    whole_frames = clips[:, : count * size]
    squares = np.square(whole_frames, dtype=np.float64)
    power = squares.reshape(len(clips), count, size).mean(axis=2) + SILENCE
    ordered = np.sort(power, axis=1)
    tenth = max(count // 10, 1)
    noise = ordered[:, :tenth].mean(axis=1)
    signal = ordered[:, -tenth:].mean(axis=1)
    return to_decibels(signal / noise)


def to_decibels(power: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns a ratio of powers in decibels."""
    return np.asarray(10 * np.log10(power))
