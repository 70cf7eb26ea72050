"""The plots that every classification has."""

import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from . import glyphs
from .metrics import CALIBRATION_BINS
from .scoring import Scoring

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BLUE = "#2563a8"
GREY = "#9aa3ad"
# The first font that is installed and has the characters of a label is used.
FONTS = ["DejaVu Sans", "Noto Sans CJK JP", "Hiragino Sans", "Yu Gothic", "Noto Sans Arabic"]
MAX_CLASSES_WITH_COUNTS = 25


@contextmanager
def plot(
    path: Path, title: str, x: str, y: str, size: tuple[float, float] = (6, 5)
) -> Iterator["Axes"]:
    """Yields axes to draw on, `size` in inches, and saves them to `path` at the end."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # fonts not installed
    with rc_context({"font.family": FONTS}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")
        figure = Figure(figsize=size, dpi=120, layout="constrained")
        axes = figure.subplots()
        axes.set(title=title, xlabel=x, ylabel=y)
        axes.spines[["top", "right"]].set_visible(False)
        yield axes
        glyphs.make_readable(figure, FONTS)
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, metadata={"Software": None})


def plot_curves(
    path: Path, runs: Sequence[Sequence[Mapping[str, float]]], x: str = "epoch"
) -> None:
    """Training and validation loss: one thin pair of lines for each seed or fold.

    Draws nothing for a model that has no losses by epoch or iteration.
    """
    from matplotlib.ticker import MaxNLocator

    if not any(runs):
        return
    colors = {"train_loss": GREY, "valid_loss": BLUE}
    with plot(path, "Learning curve", x, "loss", (7, 4.5)) as axes:
        whole = MaxNLocator(integer=True, min_n_ticks=1)  # there is no half an epoch
        axes.xaxis.set_major_locator(whole)
        for name, color in colors.items():
            for run in runs:
                losses = [row[name] for row in run]
                numbers = range(1, len(losses) + 1)
                axes.plot(numbers, losses, color=color, lw=1)
            axes.plot([], color=color, lw=1, label=name.replace("_", " "))
        axes.legend(frameon=False)


def plot_confusion(
    path: Path,
    y_true: NDArray[Any],
    y_pred: NDArray[Any],
    classes: Sequence[str],
    title: str = "Confusion",
) -> None:
    """Which class is taken for which: counts, coloured by the share of the true class."""
    from sklearn.metrics import ConfusionMatrixDisplay, confusion_matrix

    labels = np.arange(len(classes))
    counts = confusion_matrix(y_true, y_pred, labels=labels)
    shares = confusion_matrix(y_true, y_pred, labels=labels, normalize="true")
    side = max(4.5, 0.55 * len(classes) + 2)
    with plot(path, title, "predicted", "true", (side + 0.8, side)) as axes:
        display = ConfusionMatrixDisplay(shares, display_labels=classes)
        display.plot(ax=axes, cmap="Blues", include_values=False, xticks_rotation=45)
        display.im_.set_clim(0, 1)
        display.im_.colorbar.set_label("share of the true class")
        axes.set(xlabel="predicted", ylabel="true")
        if len(classes) <= MAX_CLASSES_WITH_COUNTS:
            _write_counts(axes, counts, shares)


def _write_counts(axes: "Axes", counts: NDArray[Any], shares: NDArray[Any]) -> None:
    for row, column in np.argwhere(counts):
        color = "white" if shares[row, column] > 0.5 else "black"
        count = int(counts[row, column])
        axes.text(column, row, str(count), ha="center", va="center", color=color)


def plot_outputs(
    folder: Path,
    y_true: NDArray[Any],
    y_prob: NDArray[Any],
    scoring: Scoring,
    suffix: str = "",
    *,
    examples: str = "",
) -> None:
    """Confusion at the threshold, and calibration; `y_prob` has shape (n, classes).

    `examples` says in the titles which ones they are, such as "validation images".
    """
    decision = scoring.decision
    y_pred = decision.classify(y_prob)
    of_what = f" of {examples}" if examples else ""
    path = folder / f"confusion{suffix}.png"
    plot_confusion(path, y_true, y_pred, scoring.classes, f"Confusion{of_what}")
    path = folder / f"calibration{suffix}.png"
    plot_calibration(path, y_true, y_prob, decision.positive, f"Calibration{of_what}")


def plot_calibration(
    path: Path,
    y_true: NDArray[Any],
    y_prob: NDArray[Any],
    positive: int | None = None,
    title: str = "Calibration",
) -> None:
    """Probabilities next to how often they came true.

    Of two classes those of the positive one, of more those of the most probable one.
    """
    from sklearn.calibration import calibration_curve

    confidence = y_prob.max(axis=1)
    correct = y_prob.argmax(axis=1) == y_true
    x, y = "confidence", "share that was correct"
    if positive is not None:
        confidence = y_prob[:, positive]
        correct = y_true == positive
        x, y = "probability of the positive class", "share that was positive"
    frequency, mean_confidence = calibration_curve(correct, confidence, n_bins=CALIBRATION_BINS)
    weights = np.full(len(confidence), 1 / len(confidence))
    with plot(path, title, x, y) as axes:
        axes.plot([0, 1], [0, 1], color=GREY, linestyle="--", label="perfect")
        axes.hist(
            confidence,
            bins=CALIBRATION_BINS,
            range=(0, 1),
            weights=weights,
            color=GREY,
            alpha=0.4,
            label="share of examples",
        )
        axes.plot(mean_confidence, frequency, "o-", color=BLUE, label="model")
        axes.set(xlim=(0, 1), ylim=(0, 1.02))
        axes.legend(loc="upper left", frameon=False)
