"""The plots of a search, as Optuna draws them."""

import warnings
from pathlib import Path
from typing import Any

import optuna
from optuna.trial import TrialState


def save_plots(study: optuna.Study, folder: Path, metric: str) -> list[Path]:
    """Writes the course of the search and the metric over each setting; returns the files."""
    from optuna.visualization import matplotlib as visualization

    plots: dict[str, Any] = {  # Optuna does not type their keyword arguments alike
        "history.png": visualization.plot_optimization_history,
        "settings.png": visualization.plot_slice,
    }
    files: list[Path] = []
    folder.mkdir(parents=True, exist_ok=True)
    finished = study.get_trials(deepcopy=False, states=[TrialState.COMPLETE])
    if not finished:
        return files
    for name, plot in plots.items():
        with warnings.catch_warnings(
            action="ignore", category=optuna.exceptions.ExperimentalWarning
        ):
            axes = plot(study, target_name=metric)
        figure = axes.flat[0].figure if hasattr(axes, "flat") else axes.figure
        figure.savefig(folder / name, dpi=120, bbox_inches="tight", metadata={"Software": None})
        files.append(folder / name)
    return files
