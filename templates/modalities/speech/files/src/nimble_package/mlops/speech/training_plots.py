"""The plots of a training."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...config import Features
from ...data import Examples, Splits
from ...features import log_mel
from .. import plots
from ..comparison import Run
from ..scoring import Scoring
from ..weights import Row
from .mistakes_page import write_mistakes

MAX_SPECTROGRAMS = 20
COLUMNS = 5
CLIPS = {"validation": "validation clips", "held_out": "held-out clips"}


def draw(
    folder: Path,
    splits: Splits,
    run: Run,
    curves: Sequence[Sequence[Row]],
    settings: Features,
    scoring: Scoring,
) -> None:
    """Draws every plot; those of single clips are of clips that the model did not learn from."""
    shutil.rmtree(folder, ignore_errors=True)
    plot_spectrograms(folder / "spectrograms.png", splits.train, settings)
    plots.plot_curves(folder / "learning_curve.png", curves)
    _draw_part(folder, "validation", splits.valid, run.outputs, settings, scoring)
    if len(splits.held_out.labels) > 0:
        y_prob = run.further["held_out"].outputs
        _draw_part(folder, "held_out", splits.held_out, y_prob, settings, scoring)


def _draw_part(
    folder: Path,
    name: str,
    examples: Examples,
    y_prob: NDArray[Any],
    settings: Features,
    scoring: Scoring,
) -> None:
    """Draws what the probabilities (n, labels) of some clips show."""
    clips = CLIPS[name]
    plots.plot_outputs(folder, examples.labels, y_prob, scoring, f"_{name}", examples=clips)
    y_pred = scoring.decision.classify(y_prob)
    page = folder / f"mistakes_{name}.html"
    write_mistakes(page, examples, y_prob, y_pred, settings.sample_rate)


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
