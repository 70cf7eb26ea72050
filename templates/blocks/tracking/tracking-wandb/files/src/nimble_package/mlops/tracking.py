"""The one place that knows the tracker: training opens a run and hands it whatever it has."""

import dataclasses
import logging
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from .settings import UserError

LOOK = "uv run poe ui"  # opens the tracker
PLACE = "WANDB_DIR"
QUIET = {"WANDB_MODE": "offline", "WANDB_SILENT": "true", "WANDB_ERROR_REPORTING": "false"}


@contextmanager
def asked() -> Iterator[None]:
    """What fails in here, in W&B or on the disk, is a `UserError` of one line."""
    try:
        yield
    except (UserError, TypeError, AttributeError):  # told already, or a mistake in the code
        raise
    except Exception as error:
        where, why = place(), " ".join(str(error).split())[:250]
        raise UserError(f'"{where}" cannot keep runs ({why}): make room, or set {PLACE}') from None


class Run:
    """A run in W&B, or (`runtime.track: false`, as in tests) one that keeps nothing."""

    def __init__(self, run: Any = None) -> None:
        self._run, self.id = run, run and str(run.id)

    @asked()
    def metrics(self, values: Mapping[str, float], step: int | None = None) -> None:
        """Figures of one step (an epoch, a boosting round) or of the whole run."""
        if self._run and step is None:
            self._run.summary.update(dict(values))
        elif self._run:  # W&B's own step may not go back, ours does when a second model begins
            self._run.log({**values, "step": step})

    @asked()
    def dataset(self, data: Mapping[str, Any]) -> None:
        """Which data it was: what data/prepared/manifest.json holds."""
        if self._run:
            known = {key: data[key] for key in ("source", "hash", "counts")}
            self._run.config.update({"dataset": known})

    @asked()
    def files(self, *paths: Path) -> None:
        """Files, and folders under their own names: copies, for the next run overwrites them."""
        for path in paths if self._run else ():
            target = Path(self._run.dir, path.name)
            if path.is_dir():
                shutil.copytree(path, target, dirs_exist_ok=True)
            else:
                shutil.copy(path, target)
            for file in [target, *target.rglob("*")]:
                if file.is_file():
                    self._run.save(str(file), base_path=self._run.dir, policy="now")

    @asked()
    def model(self, directory: Path, inputs: Any, outputs: Any) -> None:
        """The saved model; one batch of its inputs and outputs gives their shapes."""
        self.files(directory)
        if self._run:
            import wandb

            batch = {"inputs": inputs, "outputs": outputs}
            shapes = {key: list(getattr(value, "shape", [])) for key, value in batch.items()}
            artifact = wandb.Artifact(f"model-{self.id}", type="model", metadata=shapes)
            artifact.add_dir(str(directory))
            self._run.log_artifact(artifact)


@contextmanager
def start(config: Any) -> Iterator[Run]:
    """A run of `config.experiment` for the `with` block; the settings are its config.

    RUN_PARENT makes it a child of that run (as a sweep does), RUN_REPRODUCES names its original.
    """
    if not config.runtime.track:
        yield Run()
        return
    where = place()
    with asked():
        where.mkdir(parents=True, exist_ok=True)  # W&B itself would go on elsewhere
    own = {f"WANDB_{name}_DIR": str(where / name.lower()) for name in ("CACHE", "DATA", "CONFIG")}
    for key, value in {**QUIET, **own}.items():
        os.environ.setdefault(key, value)
    logging.raiseExceptions = False  # on a full disk W&B's own log fails first, and says little
    import wandb

    links = {key: os.environ.get(f"RUN_{key.upper()}") for key in ("parent", "reproduces")}
    tags = {key: value for key, value in links.items() if value}
    begun = time.monotonic()
    options: Any = {"console": "off", "disable_git": True, "disable_code": True}
    with asked():
        run = wandb.init(
            project=project(config.experiment),
            dir=str(where.parent),
            group=tags.get("parent"),
            config={**dataclasses.asdict(config), "tags": tags},
            settings=wandb.Settings(**options, x_disable_stats=True),
        )
        run.define_metric("*", step_metric="step")
    try:
        yield Run(run)
    except BaseException:
        with suppress(Exception):  # what ended the run is what is told
            run.finish(exit_code=1)
            wandb.teardown()
        raise
    with asked():
        run.summary["seconds"] = time.monotonic() - begun
        run.finish()
        wandb.teardown()  # waits until the log is on the disk; `finish` alone does not (seen)


def place() -> Path:
    """Where the runs are."""
    return Path(os.environ.get(PLACE) or ".", "wandb")


def project(experiment: str) -> str:
    """The experiment's name as W&B takes it: some signs are not for projects."""
    return "".join("-" if sign in "/\\#?%:" else sign for sign in experiment)[:128]
