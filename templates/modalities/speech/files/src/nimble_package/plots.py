"""The plots of a training, and pages with mistakes that can be played."""

import base64
import html
import io
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from .config import Config, Features
from .data import Examples, Splits
from .features import log_mel
from .fit import predict_network
from .mlops import plots
from .mlops.weights import Row
from .model import KeywordNet

MAX_MISTAKES = 8
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
    for name, examples in (("validation", splits.valid), ("held_out", splits.held_out)):
        if len(examples.labels) == 0:
            continue
        y_prob = predict_network(network, examples, config)
        y_pred = y_prob.argmax(axis=1)
        path = folder / f"confusion_{name}.png"
        plots.plot_confusion(path, examples.labels, y_pred, examples.classes)
        page = folder / f"mistakes_{name}.html"
        write_mistakes(page, examples, y_prob, config.features.sample_rate)


def plot_spectrograms(path: Path, examples: Examples, settings: Features) -> None:
    """One training clip of each keyword, as the model sees it."""
    classes = examples.classes[:MAX_SPECTROGRAMS]
    first = [int(np.argmax(examples.labels == label)) for label in range(len(classes))]
    spectrograms = log_mel(examples.clips[first], settings)
    rows = -(-len(classes) // COLUMNS)
    axis = f"{settings.seconds:g} s to the right, {settings.n_mels} mel bands upwards"
    with plots.plot(path, "One clip of each keyword", axis, "", (10, 1.9 * rows + 1)) as axes:
        for place, (label, spectrogram) in enumerate(zip(classes, spectrograms, strict=True)):
            left = place % COLUMNS
            bottom = -(place // COLUMNS)
            extent = (left, left + 0.95, bottom, bottom + 0.85)
            axes.imshow(spectrogram, "magma", origin="lower", aspect="auto", extent=extent)
            axes.text(left, bottom + 0.87, label)
        axes.set(xlim=(0, COLUMNS), ylim=(1 - rows, 1), xticks=[], yticks=[])
        axes.spines[:].set_visible(False)


def write_mistakes(path: Path, examples: Examples, y_prob: NDArray[Any], rate: int) -> None:
    """Writes a page with the mistakes of the highest confidence, each with a player."""
    y_pred = y_prob.argmax(axis=1)
    confidence = y_prob.max(axis=1)
    wrong = np.flatnonzero(y_pred != examples.labels)
    order = wrong[np.argsort(-confidence[wrong], kind="stable")]
    lines = [f"<p>{len(wrong)} of {len(y_pred)} clips got the wrong keyword.</p>"]
    if len(wrong) > 0:
        names = ["label", "predicted", "speaker", "confidence", "listen"]
        header = "".join(f"<th>{name}</th>" for name in names)
        lines.append(f"<table><tr>{header}</tr>")
        for row in order[:MAX_MISTAKES]:
            prediction = examples.classes[y_pred[row]]
            texts = [examples.rows[row]["label"], prediction, examples.rows[row]["speaker"]]
            texts.append(f"{confidence[row]:.0%}")
            cells = "".join(f"<td>{html.escape(text)}</td>" for text in texts)
            player = make_player(examples.clips[row], rate)
            lines.append(f"<tr>{cells}<td>{player}</td></tr>")
        lines.append("</table>")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def make_player(clip: NDArray[np.float32], rate: int) -> str:
    """Returns an HTML player with the clip in it, as FLAC, which every browser plays."""
    content = io.BytesIO()
    soundfile.write(content, clip, rate, format="FLAC")
    encoded = base64.b64encode(content.getvalue()).decode()
    return f'<audio controls src="data:audio/flac;base64,{encoded}"></audio>'
