"""Runs the training of the team with hooks, tracking, the run manifest and the saved code."""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..project import PROJECT
from . import checkpoints, disk_errors, run_labels, run_manifest, saved_code, tracking
from .errors import UserError
from .file_lock import hold
from .files import save_json
from .hooks import HOOKS
from .project import PREPARED, BaselineScore, RunDetails, TrainingPaths, TrainResult
from .run_links import RunLinks
from .staging import Staging, stage
from .tables import SavedModel
from .tracking import Run
from .verdict import Verdict

SAMPLE = 3  # inputs that a new model has to predict
STEPS = ("iteration", "epoch")  # columns of a curve that count: they are no metrics
TASKS = {"category": "classification", "number": "regression", "text": "generation"}


@dataclass(frozen=True)
class FinishedRun:
    """A training that is done; `run_id` is None when the tracker kept nothing."""

    metrics: dict[str, float]
    primary_metric: str
    run_id: str | None
    baselines: Mapping[str, str] = field(default_factory=dict)  # prefix -> name in a sentence
    warnings: Sequence[str] = ()  # about the data

    @property
    def verdict(self) -> Verdict:
        """The model compared with the best of its baselines in the primary metric."""
        scores = {}
        for prefix, description in self.baselines.items():
            score = self.metrics.get(f"{prefix}.{self.primary_metric}", math.nan)
            scores[prefix] = BaselineScore(score, description)
        model = self.metrics[f"model.{self.primary_metric}"]
        return Verdict(self.primary_metric, model, scores)

    @property
    def beats_baseline(self) -> bool:
        """Whether the model is better than every baseline in the primary metric."""
        return self.verdict.beats_baselines


def run_training(
    config: Any,
    paths: TrainingPaths | None = None,
    *,
    resume: bool = False,
    links: RunLinks | None = None,
    name: str = "",
) -> FinishedRun:
    """Trains with `config`; raises UserError when a hook refuses or the tracker is unreachable.

    `name` is that of the run in the tracker; "": what is trained, and from which commit.

    Start trainings here, also from a notebook: `PROJECT.train` alone passes no hook, and its
    model has no run manifest. Model and reports are replaced together at the end, once the new
    model predicts; after any failure the old ones are as they were.
    """
    paths = paths or TrainingPaths()
    links = links or RunLinks()
    for before_training in HOOKS.before_training:
        before_training(config)
    prepared = PROJECT.prepare(config, PREPARED)
    tags = run_labels.make_tags(PROJECT.modality, prepared["hash"])
    name = name or run_labels.name_training(links)
    with tracking.start(config, links, name=name, tags=tags) as run:
        run.log_dataset(prepared)
        with _hold_logs(), _stage(paths, resume) as staging:
            checkpoints.start(staging.checkpoints, config, prepared, resume)
            result, saved = _train(config, staging, resume, run)
            metrics = dict(result.metrics)
            save_json(staging.paths.reports / "train.json", metrics)
            kept = run_manifest.write(
                staging.paths.reports / "manifest.json",
                config=config,
                data=prepared,
                metrics=metrics,
                artifacts={paths.model: staging.paths.model},
                seeds=result.seeds,
                run=run,
                hooks=HOOKS.on_run_manifest,
            )
            staging.publish()
            files = [staging.to_final(path) for path in (*kept, *result.files)]
        for step, row in enumerate(result.curves, start=1):
            values = {name: value for name, value in row.items() if name not in STEPS}
            run.log_metrics(values, step)
        run.log_metrics(metrics)
        run.log_files(paths.plots, *files, *_find_logs())
        run.log_settings(_name_settings(saved, result.details))
        run.log_model(paths.model, saved, result.details)
        run.log_traces(result.details.traces)
        finished = _finish(result, run, prepared)
        run.describe(str(finished.verdict))
    return finished


def _finish(result: TrainResult, run: Run, prepared: Mapping[str, Any]) -> FinishedRun:
    metrics = dict(result.metrics)
    warnings = prepared.get("warnings", [])
    return FinishedRun(metrics, result.primary_metric, run.id, result.baselines, warnings)


@contextmanager
def _stage(paths: TrainingPaths, resume: bool) -> Iterator[Staging]:
    """A folder of its own for this training, and one for its checkpoints."""
    with stage(paths) as staging:
        own = staging.folder / "checkpoints"
        with checkpoints.claim(paths.checkpoints, own, resume) as folder:
            yield replace(staging, checkpoints=folder)


@contextmanager
def _hold_logs() -> Iterator[None]:
    """A log has one name, so trainings that write one are made one after the other."""
    if not PROJECT.logs:
        yield
        return
    path = PROJECT.logs[0]
    busy = f'Another training is writing "{path.as_posix()}": this one waits for it.'
    with hold(path.parent / f".{path.stem}.lock", busy):
        yield


def _train(config: Any, staging: Staging, resume: bool, run: Run) -> tuple[TrainResult, SavedModel]:
    """Trains into the folder of this training, and checks the model before it replaces another."""
    try:
        result = PROJECT.train(config, staging.paths, resume)
        saved = _check_model(config, staging.paths.model)
        for on_model in HOOKS.on_model:
            on_model(config, staging.paths.model)
        saved_code.save(staging.paths.model)
    except BaseException as error:
        with suppress(UserError):  # the error that ended the training is the one to report
            run.log_files(*_find_logs())
        if isinstance(error, UserError):
            raise UserError(staging.name_final_paths(str(error))) from None
        if isinstance(error, OSError) and (message := disk_errors.explain(error)):
            raise UserError(staging.name_final_paths(message)) from None
        raise
    return result, saved


def _check_model(config: Any, folder: Path) -> SavedModel:
    """Raises UserError when the saved model does not load or does not predict."""
    inputs = PROJECT.sample(config, SAMPLE)
    try:
        model = PROJECT.load_model(folder)
        predictions = PROJECT.predict(model, inputs)
    except UserError:
        raise
    except Exception as error:  # whatever the team's code raises
        reason = f"{type(error).__name__}: {error}"
        raise UserError(
            f"the model that was saved does not predict ({reason}), so the old one stays: "
            'compare what "train" saves with what "load" and "predict" in predict.py read'
        ) from error
    if len(predictions) != len(inputs):
        raise UserError(
            f"the model that was saved gives {len(predictions)} predictions for {len(inputs)} "
            'inputs, so the old one stays: "predict" in predict.py has to return one for each'
        )
    return SavedModel(config, model, inputs)


def _name_settings(saved: SavedModel, details: RunDetails) -> dict[str, Any]:
    """What kind of task it is, and what the training chose itself."""
    kind = PROJECT.signature(saved.model).outputs[0].kind
    settings: dict[str, Any] = {"task": TASKS.get(kind, kind)}
    for name, value in details.chosen.items():
        settings[f"chosen.{name}"] = value
    return settings


def _find_logs() -> list[Path]:
    return [path for path in PROJECT.logs if path.is_file()]
