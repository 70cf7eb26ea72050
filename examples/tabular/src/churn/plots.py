"""The pictures of a training: what was mistaken, how sure it was, which columns matter."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from . import data, judge
from .mlops import scores


def draw(folder: Path, splits: data.Splits, fits: Sequence[judge.Fit]) -> None:
    """Every plot, from rows that the model had not seen."""
    shutil.rmtree(folder, ignore_errors=True)  # pictures of another task
    true = np.concatenate([judge.truth(splits, fit.held) for fit in fits])
    said = np.concatenate([fit.said for fit in fits])
    if splits.classes:
        scores.plot_confusion(folder / "confusion.png", true, said.argmax(1), splits.classes)
        scores.plot_calibration(folder / "calibration.png", true, said)
    else:
        plot_residuals(folder / "residuals.png", true, said, splits.target)
    scores.plot_curves(folder / "learning_curve.png", [fit.steps for fit in fits], x="round")
    plot_importance(folder / "importance.png", fits)


def plot_residuals(path: Path, true: judge.Array, said: judge.Array, unit: str) -> None:
    """How far off, over what was said: a slope or a funnel is something to learn from."""
    with scores.plot(path, "Residuals", f"predicted {unit}", "true minus predicted") as axes:
        axes.axhline(0, color=scores.GREY, lw=1)
        axes.plot(said, true - said, "o", color=scores.BLUE, ms=4, alpha=0.5, mew=0)


def plot_importance(path: Path, fits: Sequence[judge.Fit], most: int = 15) -> None:
    """What is lost when a column is shuffled, and its spread over the folds."""
    values = {name: [fit.importance[name] for fit in fits] for name in fits[0].importance}
    top = sorted(values, key=lambda name: float(np.mean(values[name])))[-most:]
    size = (7.0, 1.5 + 0.32 * len(top))
    with scores.plot(path, "Importance", "what shuffling it costs", "", size) as axes:
        mean, std = ([float(of(values[name])) for name in top] for of in (np.mean, np.std))
        axes.barh(top, mean, xerr=std, color=scores.BLUE, ecolor=scores.GREY, height=0.6)
        axes.axvline(0, color=scores.GREY, lw=1)
