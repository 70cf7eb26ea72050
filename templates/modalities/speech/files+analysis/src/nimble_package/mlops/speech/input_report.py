"""What the model reads in one clip: lines to print, and a plot."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...config import Features
from ...features import Floats, fit_length, log_mel
from ..analysis.plots import BLUE, plot
from .loudness import signal_to_noise
from .regions import Region, list_regions

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def describe(
    clip: Floats, settings: Features, contributions: Mapping[str, float], folder: Path
) -> list[str]:
    """Returns peak and signal-to-noise ratio of a clip (samples,); plots its spectrogram."""
    path = folder / "spectrogram.png"
    fitted = fit_length(clip, settings)[np.newaxis]
    spectrogram = log_mel(fitted, settings)[0]
    plot_spectrogram(path, spectrogram, settings, contributions)
    peak = float(np.abs(fitted).max())
    ratio = signal_to_noise(fitted, settings.sample_rate)[0]
    return [f"peak {peak:.3f}, signal-to-noise ratio {ratio:.1f} dB", f"plot: {path.as_posix()}"]


def plot_spectrogram(
    path: Path,
    spectrogram: NDArray[np.float32],
    settings: Features,
    contributions: Mapping[str, float],
) -> None:
    """The spectrogram (mels, frames), and over it what each span of time adds."""
    mels, frames = spectrogram.shape
    end = frames * settings.hop_ms
    with plot(path, "The spectrogram, and what each span of time adds", 4.5) as axes:
        extent = (0.0, end, 0.0, float(mels))
        axes.imshow(spectrogram, "magma", origin="lower", aspect="auto", extent=extent)
        axes.set(xlabel="milliseconds", ylabel="mel band")
        if contributions:
            _plot_spans(axes.twinx(), settings, contributions)


def _plot_spans(axes: "Axes", settings: Features, contributions: Mapping[str, float]) -> None:
    for region in list_regions(settings).values():
        if region.axis == 2:
            _plot_bar(axes, region, settings.hop_ms, contributions[region.name])
    axes.set_ylabel("adds to the probability")


def _plot_bar(axes: "Axes", region: Region, hop_ms: float, height: float) -> None:
    left = region.start * hop_ms
    width = (region.stop - region.start) * hop_ms
    axes.bar(left, height, 0.9 * width, align="edge", color=BLUE, alpha=0.6)
