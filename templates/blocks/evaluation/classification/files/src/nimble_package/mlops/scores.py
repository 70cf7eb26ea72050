"""How good the predicted chances of classes are: figures, and the plots people look at."""

import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = npt.NDArray[Any]
BLUE, GREY = "#2563a8", "#9aa3ad"
FONTS = ["DejaVu Sans", "Noto Sans CJK JP", "Hiragino Sans", "Yu Gothic", "Noto Sans Arabic"]


def classify(truth: Array, chances: Array, classes: Sequence[str]) -> dict[str, float]:
    """Figures for `truth`, class numbers by row, and `chances`, rows by classes."""
    guess, rows = chances.argmax(axis=1), np.arange(len(truth))
    f1 = {}
    for index, name in enumerate(classes):
        both = (guess == index).sum() + (truth == index).sum()
        f1[f"f1.{name}"] = float(2 * ((guess == index) & (truth == index)).sum() / max(both, 1))
    said, true, count = confidence(truth, chances)
    return {
        "accuracy": float((guess == truth).mean()),
        "macro_f1": sum(f1.values()) / len(np.union1d(truth, guess)),  # of classes that occur
        "log_loss": float(-np.log(np.clip(chances[rows, truth], 1e-12, 1)).mean()),
        "calibration_error": float((count * abs(said - true)).sum() / len(truth)),
    } | f1


def confidence(truth: Array, chances: Array) -> tuple[Array, Array, Array]:
    """For each tenth of confidence: what the model said, how often it was right, and the rows."""
    sure, right = chances.max(axis=1), chances.argmax(axis=1) == truth
    tenth = np.minimum((sure * 10).astype(int), 9)
    rows, said, true = (np.bincount(tenth, weights, 10) for weights in (None, sure, right))
    return said / np.maximum(rows, 1), true / np.maximum(rows, 1), rows


def spread(name: str, runs: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """`<name>.<metric>` and `<name>.<metric>_std` over the figures of several seeds or folds."""
    values = {f"{name}.{key}": [run[key] for run in runs] for key in runs[0]}
    means = {key: float(np.mean(value)) for key, value in values.items()}
    return means | {f"{key}_std": float(np.std(value)) for key, value in values.items()}


@contextmanager
def plot(path: Path, title: str, x: str, y: str, size: Any = (6, 5)) -> Iterator["Axes"]:
    """Axes to draw on, saved to `path` at the end."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # families not installed
    with rc_context({"font.family": FONTS}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")
        figure = Figure(figsize=size, dpi=120, layout="constrained")
        axes = figure.subplots()
        axes.set(title=title, xlabel=x, ylabel=y)
        axes.spines[["top", "right"]].set_visible(False)
        yield axes
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, metadata={"Software": None})


def plot_curves(
    path: Path, runs: Sequence[Sequence[Mapping[str, float]]], x: str = "epoch"
) -> None:
    """Training and validation loss, one thin pair of lines for each seed."""
    with plot(path, "Learning curve", x, "loss", (7, 4.5)) as axes:
        for name, color in (("train_loss", GREY), ("valid_loss", BLUE)):
            for index, run in enumerate(runs):
                label = name.replace("_", " ") if index == 0 else None
                axes.plot([step[name] for step in run], color=color, lw=1, label=label)
        axes.legend(frameon=False)


def plot_confusion(path: Path, truth: Array, guess: Array, classes: Sequence[str]) -> None:
    """Who is taken for whom: the counts, coloured by the share of the true class."""
    count = np.zeros((len(classes), len(classes)), dtype=int)
    np.add.at(count, (truth, guess), 1)
    share = count / np.maximum(count.sum(axis=1, keepdims=True), 1)
    side, places = max(4.5, 0.55 * len(classes) + 2), range(len(classes))
    with plot(path, "Confusion", "predicted", "true", (side + 0.8, side)) as axes:
        axes.figure.colorbar(
            axes.imshow(share, cmap="Blues", vmin=0, vmax=1), label="share of the true class"
        )
        axes.set_xticks(places, classes, rotation=45, ha="right", rotation_mode="anchor")
        axes.set_yticks(places, classes)
        for i, j in np.argwhere(count) if len(classes) <= 25 else []:
            axes.text(
                j, i, count[i, j], ha="center", va="center", color="w" if share[i, j] > 0.5 else "k"
            )


def plot_calibration(path: Path, truth: Array, chances: Array) -> None:
    """Does it hold what it says? Confidence against how often it was right."""
    said, true, rows = confidence(truth, chances)
    seen = rows > 0
    with plot(path, "Calibration", "confidence", "share that was right") as axes:
        axes.plot([0, 1], [0, 1], color=GREY, linestyle="--", label="perfect")
        axes.bar(
            np.arange(0.05, 1, 0.1),
            rows / rows.sum(),
            0.09,
            color=GREY,
            alpha=0.4,
            label="share of rows",
        )
        axes.plot(said[seen], true[seen], "o-", color=BLUE, label="model")
        axes.set(xlim=(0, 1), ylim=(0, 1.02))
        axes.legend(loc="upper left", frameon=False)
