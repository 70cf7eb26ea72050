"""Regions of a spectrogram that can be taken from one clip and put into another."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...config import Features
from ...features import fit_length, log_mel

Spectrograms = NDArray[np.float32]  # (n, mels, frames)
MAX_BANDS = 8
MAX_SPANS = 10


@dataclass(frozen=True)
class Region:
    """A group of neighbouring mel bands in all frames, or of frames in all bands."""

    name: str
    axis: int  # of spectrograms (n, mels, frames): 1 or 2
    start: int
    stop: int  # not included


def list_regions(settings: Features) -> dict[str, Region]:
    """Returns at most 8 groups of mel bands and 10 spans of time, by name."""
    bands = _divide(1, settings.n_mels, MAX_BANDS, settings)
    spans = _divide(2, _count_frames(settings), MAX_SPANS, settings)
    return {region.name: region for region in [*bands, *spans]}


def _divide(axis: int, size: int, count: int, settings: Features) -> list[Region]:
    """Divides an axis into equal parts."""
    parts = np.array_split(np.arange(size), min(count, size))
    regions = []
    for part in parts:
        start, stop = int(part[0]), int(part[-1]) + 1
        name = _name_region(axis, start, stop, settings)
        regions.append(Region(name, axis, start, stop))
    return regions


def _count_frames(settings: Features) -> int:
    """How many frames the spectrogram of a clip has."""
    clip = fit_length(np.zeros(0), settings)
    spectrograms = log_mel(clip[np.newaxis], settings)
    return int(spectrograms.shape[2])


def _name_region(axis: int, start: int, stop: int, settings: Features) -> str:
    if axis == 1:
        return f"mel {start + 1} to {stop}"
    hop = settings.hop_ms
    return f"{start * hop:.0f} to {stop * hop:.0f} ms"


def exchange_region(x: Spectrograms, region: Region, others: Spectrograms) -> None:
    """Replaces one region of spectrograms, in place, by that of the others."""
    part = slice(region.start, region.stop)
    if region.axis == 1:
        x[:, part] = others[:, part]
    else:
        x[:, :, part] = others[:, :, part]
