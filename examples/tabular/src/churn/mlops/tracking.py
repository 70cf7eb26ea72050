"""The one place that knows the tracker (MLflow): a training opens a run and logs to it."""

import dataclasses
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

from .errors import UserError
from .run_links import RunLinks

OPEN_TRACKER = "uv run poe ui"
ADDRESS_VARIABLE = "MLFLOW_TRACKING_URI"
LOCAL_ADDRESS = "sqlite:///mlflow.db"
MAX_MESSAGE = 250  # characters of a tracker's message that are shown
MODEL_PACKAGES = ("onnx", "onnxruntime")  # what a logged model needs; finding out takes ten seconds


def address() -> str:
    """Returns where the runs are kept."""
    return os.environ.get(ADDRESS_VARIABLE) or LOCAL_ADDRESS


@contextmanager
def tracker_errors(what: str = "no run is kept by") -> Iterator[None]:
    """Turns what fails in MLflow, a database or the network into a UserError of one line."""
    try:
        yield
    except (UserError, TypeError, AttributeError):  # already a message, or a mistake in the code
        raise
    except Exception as error:
        message = " ".join(str(error).split("[SQL:")[0].split())
        if len(message) > MAX_MESSAGE:
            half = MAX_MESSAGE // 2
            message = f"{message[:half]} … {message[-half:]}"  # the cause is at the end
        hint = "see that it is up and lets you in"
        if "not found" in message:
            hint = f'"{OPEN_TRACKER}" shows every run'
        raise UserError(f"{what} the tracker at {address()} ({message}): {hint}") from None


class Run:
    """A run in MLflow, or one that keeps nothing (`runtime.track: false`, as in tests)."""

    def __init__(
        self, mlflow: Any = None, run_id: str | None = None, links: RunLinks | None = None
    ) -> None:
        self._mlflow = mlflow
        self.id = run_id
        self.links = links or RunLinks()

    @tracker_errors()
    def log_metrics(self, values: Mapping[str, float], step: int | None = None) -> None:
        """Logs metrics of one step (an epoch, an iteration) or of the whole run."""
        if self._mlflow:
            self._mlflow.log_metrics(dict(values), step=step)

    @tracker_errors()
    def log_dataset(self, data: Mapping[str, Any]) -> None:
        """Logs which data was used: `data` is data/prepared/manifest.json."""
        if not self._mlflow:
            return
        from mlflow.data.code_dataset_source import CodeDatasetSource
        from mlflow.data.meta_dataset import MetaDataset

        source = CodeDatasetSource(tags={"source": str(data["source"])})
        name = str(data["source"])
        digest = data["hash"][:32]
        dataset = MetaDataset(source, name, digest)  # type: ignore[abstract]  # only for mypy
        self._mlflow.log_input(dataset, context="training")

    @tracker_errors()
    def log_files(self, *paths: Path) -> None:
        """Logs files, and folders under their own names."""
        if not self._mlflow:
            return
        for path in paths:
            if path.is_dir():
                self._mlflow.log_artifacts(str(path), path.name)
            else:
                self._mlflow.log_artifact(str(path))

    @tracker_errors()
    def log_model(self, directory: Path) -> None:
        """Logs the saved model; an ONNX file also as a model with its signature."""
        self.log_files(directory)
        path = directory / "model.onnx"
        if not self._mlflow or not path.is_file():
            return
        import_module("mlflow.onnx").log_model(
            import_module("onnx").load(path),
            name="model",
            signature=_read_signature(path),
            pip_requirements=[f"{name}=={version(name)}" for name in MODEL_PACKAGES],
        )


def _read_signature(path: Path) -> Any:
    """The names, types and shapes that an ONNX file declares, as MLflow keeps them."""
    import numpy as np
    from mlflow.models import ModelSignature
    from mlflow.types.schema import Schema, TensorSpec

    from .onnx_model import open_session

    types = {"tensor(float)": "float32", "tensor(uint8)": "uint8", "tensor(int64)": "int64"}

    def specs(values: Any) -> Schema:
        tensors: list[Any] = []
        for value in values:
            shape = tuple(size if isinstance(size, int) else -1 for size in value.shape)
            dtype = np.dtype(types.get(value.type, "str"))
            tensors.append(TensorSpec(dtype, shape, value.name))
        return Schema(tensors)

    session = open_session(path)
    return ModelSignature(specs(session.get_inputs()), specs(session.get_outputs()))


@contextmanager
def start(config: Any, links: RunLinks | None = None) -> Iterator[Run]:
    """Opens a run of `config.experiment` for the `with` block; the settings are its parameters."""
    links = links or RunLinks()
    if not config.runtime.track:
        yield Run(links=links)
        return
    mlflow = _import_mlflow()
    tags = {name: run for name, run in dataclasses.asdict(links).items() if run}
    if links.parent:
        tags["mlflow.parentRunId"] = links.parent  # nests the run in the user interface
    with tracker_errors():
        mlflow.set_tracking_uri(address())
        mlflow.set_experiment(config.experiment)
        run = mlflow.start_run(tags=tags)
        for section, settings in dataclasses.asdict(config).items():
            if isinstance(settings, dict):
                parameters = {f"{section}.{key}": value for key, value in settings.items()}
                mlflow.log_params(parameters)
    try:
        yield Run(mlflow, run.info.run_id, links)
    except BaseException:
        with suppress(Exception):  # the error that ended the run is the one to report
            mlflow.end_run("FAILED")
        raise
    with tracker_errors():
        mlflow.end_run()


def _import_mlflow() -> Any:
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "4")  # half a minute, not four
    mlflow = import_module("mlflow")
    # The database migrations, and pip, which an environment of uv does not have.
    for name in ("mlflow", "alembic", "mlflow.utils.environment"):
        logging.getLogger(name).setLevel(logging.ERROR)
    logging.getLogger("mlflow.store.db.utils").setLevel(logging.CRITICAL)
    return mlflow
