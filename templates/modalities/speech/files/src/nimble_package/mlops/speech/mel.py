"""The filters of the mel scale; librosa has them too, but is a large package for one matrix."""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import UserError


@cache
def mel_filters(sample_rate: int, width: int, n_mels: int) -> NDArray[np.floating[Any]]:
    """Returns triangles evenly spaced in mel, 2595 log10(1 + Hz / 700), (n_mels, width // 2 + 1).

    Raises UserError when a band is narrower than the resolution.
    """
    nyquist = sample_rate / 2
    highest = 2595 * np.log10(1 + nyquist / 700)
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
