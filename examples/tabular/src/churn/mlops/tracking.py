"""The one place that knows the tracker (MLflow): a training opens a run and logs to it."""

import dataclasses
import json
import logging
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from . import experiment_owner, tracker_database
from .config import flatten
from .errors import TransientError, UserError
from .project import RunDetails, Trace
from .run_links import RunLinks
from .tables import SavedModel

OPEN_TRACKER = "uv run poe ui"
ADDRESS_VARIABLE = "MLFLOW_TRACKING_URI"
LOCAL_ADDRESS = "sqlite:///mlflow.db"
MIGRATE = 'copy the database, then run "uv run mlflow db upgrade ADDRESS" for this MLflow'
MAX_MESSAGE = 250  # characters of a tracker's message that are shown
MAX_NAME, MAX_VALUE, BATCH = 250, 6000, 100  # of parameters in MLflow
PASSING = ("Max retries", "onnection", "timed out", "is locked", "429", "502", "503", "504")
NOT_IN_NAMES = re.compile(r"[^\w.\- /]")
EXPERIMENT_KINDS = {"llm": "genai_development"}  # which pages MLflow shows first


def address() -> str:
    """Returns where the runs are kept."""
    return os.environ.get(ADDRESS_VARIABLE) or LOCAL_ADDRESS


def make_absolute(address: str) -> str:
    """Returns an address with the whole path of a file: MLflow connects once for each address."""
    scheme, separator, path = address.partition(":///")
    if scheme != "sqlite":
        return address
    return f"{scheme}{separator}{Path(path).resolve().as_posix()}"


def connect(mlflow: Any, tracker: str) -> None:
    """Lets MLflow use a tracker in this process, and leaves the environment as it was.

    MLflow sets the variable as well, and would use this tracker in another folder, too.
    """
    before = os.environ.get(ADDRESS_VARIABLE)
    mlflow.set_tracking_uri(tracker)
    if before is None:
        os.environ.pop(ADDRESS_VARIABLE, None)
    else:
        os.environ[ADDRESS_VARIABLE] = before


@contextmanager
def tracker_errors(what: str = "no run is kept by") -> Iterator[None]:
    """Turns what fails in MLflow, a database or the network into a UserError of one line."""
    try:
        yield
    except (UserError, TypeError, AttributeError):  # already a message, or a mistake in the code
        raise
    except Exception as error:
        message = " ".join(str(error).split("[SQL:")[0].split())
        if "out-of-date database schema" in message:  # of an earlier MLflow
            raise UserError(f"{what} the tracker at {address()}: {MIGRATE}") from None
        if len(message) > MAX_MESSAGE:
            half = MAX_MESSAGE // 2
            message = f"{message[:half]} … {message[-half:]}"  # the cause is at the end
        hint = "see that it is up and lets you in"
        if "not found" in message:
            hint = f'"{OPEN_TRACKER}" shows every run'
        kind = TransientError if any(sign in message for sign in PASSING) else UserError
        raise kind(f"{what} the tracker at {address()} ({message}): {hint}") from None


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
    def log_settings(self, settings: Mapping[str, Any]) -> None:
        """Logs settings as parameters, each in a form that MLflow takes."""
        if not self._mlflow:
            return
        rows = list(make_parameters(settings).items())
        for start in range(0, len(rows), BATCH):
            self._mlflow.log_params(dict(rows[start : start + BATCH]))

    @tracker_errors()
    def log_model(self, directory: Path, saved: SavedModel, details: RunDetails) -> None:
        """Logs the files of the saved model, and the model as one that MLflow loads."""
        self.log_files(directory)
        if not self._mlflow:
            return
        from . import genai, logged_model

        prompts = genai.register_prompts(self._mlflow, details.prompts, saved.config.experiment)
        logged_model.log_model(directory, saved, details, prompts[:1])

    @tracker_errors()
    def log_traces(self, traces: Sequence[Trace]) -> None:
        """Logs answers of a language model and the steps that made them."""
        if self._mlflow and traces:
            from . import genai

            genai.log_traces(self._mlflow, traces, str(self.id))

    @tracker_errors()
    def describe(self, text: str) -> None:
        """Puts a sentence on the page of the run."""
        if self._mlflow:
            self._mlflow.set_tag("mlflow.note.content", text)


def make_parameters(settings: Mapping[str, Any]) -> dict[str, str]:
    """Returns flat names and texts, changed where MLflow has limits."""
    parameters = {}
    for name, value in flatten(settings).items():
        is_list = isinstance(value, (list, tuple))
        text = json.dumps(value, ensure_ascii=False, default=str) if is_list else str(value)
        if len(text) > MAX_VALUE:
            rest = f"… ({len(text)} characters: the whole value is in manifest.json)"
            text = text[: MAX_VALUE - len(rest)] + rest
        parameters[NOT_IN_NAMES.sub("_", name)[:MAX_NAME]] = text
    return parameters


@contextmanager
def start(
    config: Any,
    links: RunLinks | None = None,
    *,
    name: str = "run",
    tags: Mapping[str, str] | None = None,
) -> Iterator[Run]:
    """Opens a run of `config.experiment` for the `with` block; the settings are its parameters."""
    links = links or RunLinks()
    if not config.runtime.track:
        yield Run(links=links)
        return
    mlflow = _import_mlflow()
    own_tags = dict(tags or {})
    own_tags |= {kind: run for kind, run in dataclasses.asdict(links).items() if run}
    if links.parent:
        own_tags["mlflow.parentRunId"] = links.parent  # nests the run in the user interface
    settings = dataclasses.asdict(config)
    experiment = settings.pop("experiment")
    with tracker_errors():
        tracker_database.create(address())
        connect(mlflow, make_absolute(address()))
        experiment_owner.claim(mlflow.set_experiment(experiment), mlflow.set_experiment_tag)
        kind = EXPERIMENT_KINDS.get(own_tags.get("modality", ""), "custom_model_development")
        mlflow.set_experiment_tag("mlflow.experimentKind", kind)
        active = mlflow.start_run(run_name=name, tags=own_tags)
        run = Run(mlflow, active.info.run_id, links)
        run.log_settings(settings)
    try:
        yield run
    except BaseException:
        with suppress(Exception):  # the error that ended the run is the one to report
            mlflow.end_run("FAILED")
        raise
    with tracker_errors():
        mlflow.end_run()


def _import_mlflow() -> Any:
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "4")  # half a minute, not four
    os.environ.setdefault("MLFLOW_UV_AUTO_DETECT", "false")  # the model names what it needs itself
    mlflow = import_module("mlflow")
    quieten()
    return mlflow


def quieten() -> None:
    """Lets MLflow log errors only, and of the database none: `tracker_errors` reports them.

    Importing MLflow sets its loggers, so this comes after it.
    """
    # The database migrations, and pip, which an environment of uv does not have.
    for name in ("mlflow", "alembic", "mlflow.utils.environment"):
        logging.getLogger(name).setLevel(logging.ERROR)
    logging.getLogger("mlflow.store.db.utils").setLevel(logging.CRITICAL)
