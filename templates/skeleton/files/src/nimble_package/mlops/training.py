"""Runs the training of the team with hooks, tracking, the run manifest and the saved code."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..project import PROJECT
from . import run_manifest, saved_code, tracking
from .errors import UserError
from .files import save_json
from .hooks import HOOKS
from .project import PREPARED, TrainingPaths
from .run_links import RunLinks


@dataclass(frozen=True)
class FinishedRun:
    """A training that is done; `run_id` is None when the tracker kept nothing."""

    metrics: dict[str, float]
    primary_metric: str
    run_id: str | None

    @property
    def beats_baseline(self) -> bool:
        """Whether the model is better than its baseline in the primary metric."""
        model = self.metrics[f"model.{self.primary_metric}"]
        baseline = self.metrics[f"baseline.{self.primary_metric}"]
        return model > baseline


def run_training(
    config: Any,
    paths: TrainingPaths | None = None,
    *,
    resume: bool = False,
    links: RunLinks | None = None,
) -> FinishedRun:
    """Trains with `config`; raises UserError when a hook refuses or the tracker is unreachable.

    Start trainings here, also from a notebook: `PROJECT.train` alone passes no hook, and its
    model has no run manifest.
    """
    paths = paths or TrainingPaths()
    for before_training in HOOKS.before_training:
        before_training(config)
    prepared = PROJECT.prepare(config, PREPARED)
    with tracking.start(config, links or RunLinks()) as run:
        run.log_dataset(prepared)
        try:
            result = PROJECT.train(config, paths, resume)
        except BaseException:
            with suppress(UserError):  # the error that ended the training is the one to report
                run.log_files(*_find_logs())
            raise
        metrics = dict(result.metrics)
        saved_code.save(paths.model)
        save_json(paths.reports / "train.json", metrics)
        run_manifest.write(
            paths.reports / "manifest.json",
            config=config,
            data=prepared,
            metrics=metrics,
            artifacts=[paths.model],
            seeds=result.seeds,
            run=run,
            hooks=HOOKS.on_run_manifest,
        )
        for step, row in enumerate(result.curves, start=1):
            run.log_metrics(row, step)
        run.log_metrics(metrics)
        run.log_files(paths.plots, *result.files, *_find_logs())
        run.log_model(paths.model)
    return FinishedRun(metrics, result.primary_metric, run.id)


def _find_logs() -> list[Path]:
    return [path for path in PROJECT.logs if path.is_file()]
