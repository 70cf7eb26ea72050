"""The one place that knows the tracker: training opens a run and hands it whatever it has."""

import dataclasses
import logging
import os
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from .errors import UserError
from .files import save_json
from .project import RunDetails, Trace
from .run_links import RunLinks
from .tables import SavedModel

OPEN_TRACKER = "uv run poe ui"
ADDRESS_VARIABLE = "WANDB_DIR"
QUIET = {"WANDB_MODE": "offline", "WANDB_SILENT": "true", "WANDB_ERROR_REPORTING": "false"}


@contextmanager
def tracker_errors() -> Iterator[None]:
    """Turns what fails in W&B or on the disk into a UserError of one line."""
    try:
        yield
    except (UserError, TypeError, AttributeError):  # already a message, or a mistake in the code
        raise
    except Exception as error:
        message = " ".join(str(error).split())[:250]
        raise UserError(
            f'"{place()}" cannot keep runs ({message}): free some space, or set {ADDRESS_VARIABLE}'
        ) from None


class Run:
    """A run in W&B, or one that keeps nothing (`runtime.track: false`, as in tests)."""

    def __init__(self, run: Any = None, links: RunLinks | None = None) -> None:
        self._run = run
        self.id: str | None = str(run.id) if run else None
        self.links = links or RunLinks()

    @tracker_errors()
    def log_metrics(self, values: Mapping[str, float], step: int | None = None) -> None:
        """Logs metrics of one step (an epoch, an iteration) or of the whole run."""
        if self._run and step is None:
            self._run.summary.update(dict(values))
        elif self._run:  # W&B's own step may not go back, ours does when a second model begins
            self._run.log({**values, "step": step})

    @tracker_errors()
    def log_dataset(self, data: Mapping[str, Any]) -> None:
        """Logs which data was used: `data` is data/prepared/manifest.json."""
        if self._run:
            known = {key: data[key] for key in ("source", "hash", "counts")}
            self._run.config.update({"dataset": known})

    @tracker_errors()
    def log_files(self, *paths: Path) -> None:
        """Logs copies of files, and of folders under their own names."""
        for path in paths if self._run else ():
            target = Path(self._run.dir, path.name)
            if path.is_dir():
                shutil.copytree(path, target, dirs_exist_ok=True)
            else:
                shutil.copy(path, target)
            for file in [target, *target.rglob("*")]:
                if file.is_file():
                    self._run.save(str(file), base_path=self._run.dir, policy="now")

    @tracker_errors()
    def log_settings(self, settings: Mapping[str, Any]) -> None:
        """Logs further settings, next to those of config.yaml."""
        if self._run:
            self._run.config.update(dict(settings))

    @tracker_errors()
    def log_model(self, directory: Path, _: SavedModel, details: RunDetails) -> None:
        """Logs the saved model and its prompts as artifacts of their own."""
        self.log_files(directory)
        if not self._run:
            return
        self._log_artifact(f"model-{self.id}", "model", directory)
        for prompt in details.prompts:
            path = Path(self._run.dir, f"prompt-{prompt.name}.json")
            save_json(path, dataclasses.asdict(prompt))
            self._log_artifact(path.stem, "prompt", path)

    def _log_artifact(self, name: str, kind: str, path: Path) -> None:
        import wandb

        artifact = wandb.Artifact(name, type=kind)
        if path.is_dir():
            artifact.add_dir(str(path))
        else:
            artifact.add_file(str(path))
        self._run.log_artifact(artifact)

    @tracker_errors()
    def log_traces(self, traces: Sequence[Trace]) -> None:
        """Logs answers of a language model and the steps that made them, as a file."""
        if self._run and traces:
            path = Path(self._run.dir, "traces.json")
            save_json(path, [dataclasses.asdict(trace) for trace in traces])
            self._run.save(str(path), base_path=self._run.dir, policy="now")

    @tracker_errors()
    def describe(self, text: str) -> None:
        """Puts a sentence on the page of the run."""
        if self._run:
            self._run.notes = text


@contextmanager
def start(
    config: Any,
    links: RunLinks | None = None,
    *,
    name: str = "run",
    tags: Mapping[str, str] | None = None,
) -> Iterator[Run]:
    """Opens a run of `config.experiment` for the `with` block; the settings are its config."""
    links = links or RunLinks()
    if not config.runtime.track:
        yield Run(links=links)
        return
    own_tags = dict(tags or {})
    own_tags |= {kind: run for kind, run in dataclasses.asdict(links).items() if run}
    settings = {**dataclasses.asdict(config), "tags": own_tags}
    with open_run(config.experiment, settings, links, name=name) as run:
        yield run


@contextmanager
def open_run(
    experiment: str, settings: Mapping[str, Any], links: RunLinks, *, name: str
) -> Iterator[Run]:
    """Opens a run for the `with` block; runs with the same parent are a group."""
    folder = place()
    with tracker_errors():
        folder.mkdir(parents=True, exist_ok=True)  # W&B itself would continue elsewhere
    own = {f"WANDB_{kind}_DIR": str(folder / kind.lower()) for kind in ("CACHE", "DATA", "CONFIG")}
    for key, value in {**QUIET, **own}.items():
        os.environ.setdefault(key, value)
    logging.raiseExceptions = False  # on a full disk W&B's own log fails first, and says little
    import wandb

    started = time.monotonic()
    options: Any = {"console": "off", "disable_git": True, "disable_code": True}
    with tracker_errors():
        run = wandb.init(
            project=project(experiment),
            dir=str(folder.parent),
            name=name,
            job_type=name.partition(" ")[0],  # such as train, trial or reproduce
            group=links.parent,
            config=dict(settings),
            settings=wandb.Settings(**options, x_disable_stats=True),
        )
        run.define_metric("*", step_metric="step")
    try:
        yield Run(run, links)
    except BaseException:
        with suppress(Exception):  # the error that ended the run is the one to report
            run.finish(exit_code=1)
            wandb.teardown()
        raise
    with tracker_errors():
        run.summary["seconds"] = time.monotonic() - started
        run.finish()
        wandb.teardown()  # waits until the log is on the disk; `finish` alone does not (seen)


def place() -> Path:
    """Where the runs are."""
    return Path(os.environ.get(ADDRESS_VARIABLE) or ".", "wandb")


def project(experiment: str) -> str:
    """The experiment's name as W&B takes it: some signs are not for projects."""
    return "".join("-" if sign in "/\\#?%:" else sign for sign in experiment)[:128]
