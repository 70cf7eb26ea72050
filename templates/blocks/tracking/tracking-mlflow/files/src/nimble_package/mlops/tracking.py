"""The one place that knows the tracker: training opens a run and hands it whatever it has."""

import dataclasses
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

from .settings import UserError

LOOK = "uv run poe ui"  # opens the tracker
PLACE, FILE = "MLFLOW_TRACKING_URI", "sqlite:///mlflow.db"


@contextmanager
def asked(what: str = "no run is kept by") -> Iterator[None]:
    """What fails in here, in MLflow, a database or the network, is a `UserError` of one line."""
    try:
        yield
    except (UserError, TypeError, AttributeError):  # told already, or a mistake in the code
        raise
    except Exception as error:
        why = " ".join(str(error).split("[SQL:")[0].split())
        why = why if len(why) < 250 else f"{why[:120]} … {why[-120:]}"  # the cause is at the end
        known = '"uv run poe ui" shows every run' if "not found" in why else None
        hint = known or "see that it is up and lets you in"
        place = os.environ.get(PLACE) or FILE
        raise UserError(f"{what} the tracker at {place} ({why}): {hint}") from None


class Run:
    """A run in MLflow, or (`runtime.track: false`, as in tests) one that keeps nothing."""

    def __init__(self, mlflow: Any = None, run_id: str | None = None) -> None:
        self._mlflow, self.id = mlflow, run_id

    @asked()
    def metrics(self, values: Mapping[str, float], step: int | None = None) -> None:
        """Figures of one step (an epoch, a boosting round) or of the whole run."""
        if self._mlflow:
            self._mlflow.log_metrics(dict(values), step=step)

    @asked()
    def dataset(self, data: Mapping[str, Any]) -> None:
        """Which data it was: what data/prepared/manifest.json holds."""
        if self._mlflow:
            from mlflow.data.code_dataset_source import CodeDatasetSource
            from mlflow.data.meta_dataset import MetaDataset

            source = CodeDatasetSource(tags={"source": str(data["source"])})
            name, digest = str(data["source"]), data["hash"][:32]
            known = MetaDataset(source, name, digest)  # type: ignore[abstract]  # it only looks so
            self._mlflow.log_input(known, context="training")

    @asked()
    def files(self, *paths: Path) -> None:
        """Files, and folders under their own names."""
        for path in paths if self._mlflow else ():
            log = self._mlflow.log_artifacts if path.is_dir() else self._mlflow.log_artifact
            log(str(path), path.name if path.is_dir() else None)

    @asked()
    def model(self, directory: Path, inputs: Any, outputs: Any) -> None:
        """The saved model; one batch of its inputs and outputs gives the signature."""
        self.files(directory)
        if self._mlflow and (directory / "model.onnx").is_file():
            import_module("mlflow.onnx").log_model(
                import_module("onnx").load(directory / "model.onnx"),
                name="model",
                signature=self._mlflow.models.infer_signature(inputs, outputs),
                # named here, because finding them out starts a second Python for ten seconds
                pip_requirements=[f"{name}=={version(name)}" for name in ("onnx", "onnxruntime")],
            )


@contextmanager
def start(config: Any) -> Iterator[Run]:
    """A run of `config.experiment` for the `with` block; the settings are its parameters.

    RUN_PARENT makes it a child of that run (as a sweep does), RUN_REPRODUCES names its original.
    """
    if not config.runtime.track:
        yield Run()
        return
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "4")  # half a minute, not four
    mlflow = import_module("mlflow")
    for name in ("mlflow", "alembic", "mlflow.utils.environment"):  # migrations; pip, which uv is
        logging.getLogger(name).setLevel(logging.ERROR)
    logging.getLogger("mlflow.store.db.utils").setLevel(logging.CRITICAL)  # `asked` says it
    tags = {k: v for k in ("parent", "reproduces") if (v := os.environ.get(f"RUN_{k.upper()}"))}
    tags |= {"mlflow.parentRunId": tags["parent"]} if "parent" in tags else {}  # nests it in the UI
    with asked():
        mlflow.set_tracking_uri(os.environ.get(PLACE) or FILE)
        mlflow.set_experiment(config.experiment)
        run = mlflow.start_run(tags=tags)
        for section, settings in dataclasses.asdict(config).items():
            if isinstance(settings, dict):
                mlflow.log_params({f"{section}.{key}": to for key, to in settings.items()})
    try:
        yield Run(mlflow, run.info.run_id)
    except BaseException:
        with suppress(Exception):  # what ended the run is what is told
            mlflow.end_run("FAILED")
        raise
    with asked():
        mlflow.end_run()
