"""The plots of a training."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...config import Features
from ...data import Examples, Splits
from ...features import log_mel
from .. import plots
from ..weights import Row
from .mistakes_page import write_mistakes

MAX_SPECTROGRAMS = 20
COLUMNS = 5


def draw(
    folder: Path,
    splits: Splits,
    predictions: Mapping[str, NDArray[Any]],
    curves: Sequence[Sequence[Row]],
    settings: Features,
) -> None:
    """Draws every plot.

    `predictions` has probabilities (n, labels) for "validation" and "held_out": confusion and
    mistakes are of clips that the model did not learn from.
    """
    shutil.rmtree(folder, ignore_errors=True)
    plot_spectrograms(folder / "spectrograms.png", splits.train, settings)
    plots.plot_curves(folder / "learning_curve.png", curves)
    parts = {"validation": splits.valid, "held_out": splits.held_out}
    for name, examples in parts.items():
        y_true = examples.labels
        if len(y_true) == 0:
            continue
        y_prob = predictions[name]
        y_pred = y_prob.argmax(axis=1)
        path = folder / f"confusion_{name}.png"
        plots.plot_confusion(path, y_true, y_pred, examples.classes)
        page = folder / f"mistakes_{name}.html"
        write_mistakes(page, examples, y_prob, settings.sample_rate)


def plot_spectrograms(path: Path, examples: Examples, settings: Features) -> None:
    """One training clip of each keyword, as the model reads it."""
    classes = examples.classes[:MAX_SPECTROGRAMS]
    rows = -(-len(classes) // COLUMNS)
    size = (10, 1.9 * rows + 1)
    title = "One clip of each keyword"
    scale = f"x: {settings.seconds:g} s, y: {settings.n_mels} mel bands"
    with plots.plot(path, title, scale, "", size) as axes:
        for number, label in enumerate(classes):
            first = np.argmax(examples.labels == number)
            clip = examples.clips[[first]]
            spectrogram = log_mel(clip, settings)[0]
            left = number % COLUMNS
            bottom = -(number // COLUMNS)
            extent = (left, left + 0.95, bottom, bottom + 0.85)
            axes.imshow(spectrogram, "magma", origin="lower", aspect="auto", extent=extent)
            axes.text(left, bottom + 0.87, label)
        axes.set(xlim=(0, COLUMNS), ylim=(1 - rows, 1))
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_visible(False)
