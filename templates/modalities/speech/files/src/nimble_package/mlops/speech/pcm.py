"""Samples as integers of 16 bits: how they are kept, and how finely every clip is rounded."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

FULL_SCALE = 32767  # 16 bits

Floats = NDArray[np.floating[Any]]


def encode(clips: Floats) -> NDArray[np.int16]:
    """Returns samples in -1..1 as integers; what is above full scale is limited, never wrapped."""
    scaled = np.round(clips * FULL_SCALE)
    return np.clip(scaled, -FULL_SCALE, FULL_SCALE).astype(np.int16)


def decode(samples: NDArray[np.int16]) -> NDArray[np.float32]:
    """Returns samples in -1..1."""
    return (samples / FULL_SCALE).astype(np.float32)


def count_above_full_scale(samples: Floats) -> int:
    """Returns how many samples `encode` limits."""
    return int(np.count_nonzero(np.abs(samples) > 1 + 0.5 / FULL_SCALE))
