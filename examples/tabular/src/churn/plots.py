"""The plots of a training, from rows that the models had not seen."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from .data import Examples
from .mlops import plots
from .mlops.scoring import Scoring
from .mlops.tabular.cross_validation import FoldResult
from .mlops.tabular.importance import measure_importance

MAX_BARS = 15


def draw(folder: Path, results: Sequence[FoldResult], examples: Examples, scoring: Scoring) -> None:
    """Draws every plot of the folds; plots of an earlier training go."""
    shutil.rmtree(folder, ignore_errors=True)
    y_true, outputs = join(results)
    if examples.classes:
        plots.plot_outputs(folder, y_true, outputs, scoring, examples="the rows of all folds")
    else:
        plot_residuals(folder / "residuals.png", y_true, outputs, examples.target)
    curves = [result.curve for result in results]
    plots.plot_curves(folder / "learning_curve.png", curves, x="iteration")
    plot_importance(folder / "importance.png", results, scoring)


def join(results: Sequence[FoldResult]) -> tuple[np.ndarray, np.ndarray]:
    """Returns the targets and the outputs of all folds."""
    y_true = [result.y_true for result in results]
    outputs = [result.outputs for result in results]
    return np.concatenate(y_true), np.concatenate(outputs)


def plot_residuals(path: Path, y_true: np.ndarray, y_pred: np.ndarray, target: str) -> None:
    """The error over the prediction: a slope or a funnel shows what the model misses."""
    with plots.plot(path, "Residuals", f"predicted {target}", "true minus predicted") as axes:
        axes.axhline(0, color=plots.GREY, lw=1)
        residuals = y_true - y_pred
        axes.plot(y_pred, residuals, "o", color=plots.BLUE, ms=4, alpha=0.5, mew=0)


def plot_importance(path: Path, results: Sequence[FoldResult], scoring: Scoring) -> None:
    """What the primary metric loses when a feature is shuffled, with its spread over the folds."""
    names = np.array(results[0].X.columns, dtype=str)
    values = measure_importance(results, scoring)
    mean = values.mean(axis=0)
    spread = values.std(axis=0)
    ascending = mean.argsort()
    top = ascending[-MAX_BARS:]
    size = (7.0, 1.5 + 0.32 * len(top))
    label = f"loss of {scoring.primary_metric} when shuffled"
    with plots.plot(path, "Permutation importance", label, "", size) as axes:
        axes.barh(names[top], mean[top], color=plots.BLUE, height=0.6)
        axes.errorbar(mean[top], names[top], xerr=spread[top], fmt="none", ecolor=plots.GREY)
        axes.axvline(0, color=plots.GREY, lw=1)
