"""The plots of a training."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from .config import Config, Features
from .data import Examples, Splits
from .features import log_mel
from .fit import predict_network
from .mlops import plots
from .mlops.speech.mistakes_page import write_mistakes
from .mlops.weights import Row
from .model import KeywordNet

MAX_SPECTROGRAMS = 20
COLUMNS = 5


def draw(
    folder: Path,
    splits: Splits,
    network: KeywordNet,
    curves: Sequence[Sequence[Row]],
    config: Config,
) -> None:
    """Draws every plot; confusion and mistakes are of clips that the model did not learn from."""
    shutil.rmtree(folder, ignore_errors=True)
    plot_spectrograms(folder / "spectrograms.png", splits.train, config.features)
    plots.plot_curves(folder / "learning_curve.png", curves)
    parts = {"validation": splits.valid}
    if len(splits.held_out.labels) > 0:
        parts["held_out"] = splits.held_out
    for name, examples in parts.items():
        y_true = examples.labels
        y_prob = predict_network(network, examples, config)
        y_pred = y_prob.argmax(axis=1)
        path = folder / f"confusion_{name}.png"
        plots.plot_confusion(path, y_true, y_pred, examples.classes)
        page = folder / f"mistakes_{name}.html"
        write_mistakes(page, examples, y_prob, config.features.sample_rate)


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
