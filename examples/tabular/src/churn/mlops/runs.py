"""Reads the runs that `tracking` wrote; no other module knows where the tracker keeps them."""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .errors import UserError
from .tracking import (
    ADDRESS_VARIABLE,
    LOCAL_ADDRESS,
    NOT_IN_NAMES,
    make_absolute,
    quieten,
    tracker_errors,
)

PAGE_SIZE = 500  # runs for each request


@dataclass(frozen=True)
class TrackedRun:
    """A run as the tracker keeps it."""

    id: str
    experiment: str
    started: datetime  # in UTC
    seconds: float | None  # None while it runs
    status: str  # finished, failed or running
    metrics: dict[str, float]  # the last value of each
    settings: dict[str, str]  # such as model.width: "16"
    tags: dict[str, str]  # parent, reproduces, and what `tag` set


def find_address() -> str:
    """Returns the tracker as every folder can reach it: a file has its whole path."""
    address = os.environ.get(ADDRESS_VARIABLE) or LOCAL_ADDRESS
    scheme, _, path = address.partition(":///")
    if scheme != "sqlite":
        return address
    if not Path(path).is_file():
        raise UserError(
            f'"{path}" is missing, so there is no run: "uv run poe train" makes one; set '
            f"{ADDRESS_VARIABLE} if the runs are on a server"
        )
    return make_absolute(address)


def make_variables() -> dict[str, str]:
    """Returns the variables with which a process in another folder uses the same tracker."""
    return {ADDRESS_VARIABLE: find_address()}


def find(run_id: str) -> TrackedRun:
    """Returns a run; raises UserError for an unknown id or a tracker that does not answer."""
    client = make_client()
    run = _ask(f'the run "{run_id}"', client.get_run, run_id)
    experiment = _ask("its experiment", client.get_experiment, run.info.experiment_id)
    return _convert(run, experiment.name)


def find_experiment(name: str) -> str:
    """Returns the id of the experiment; "" when it has no run yet."""
    client = make_client()
    known = _ask(f'the experiment "{name}"', client.get_experiment_by_name, name)
    return str(known.experiment_id) if known else ""


def list_runs(experiment: str) -> list[TrackedRun]:
    """Returns every run of the experiment, oldest first; none when it has none."""
    client = make_client()
    what = f'the experiment "{experiment}"'
    known = _ask(what, client.get_experiment_by_name, experiment)
    if not known:
        return []
    found: list[TrackedRun] = []
    token: str | None = None
    while True:
        page = _ask("its runs", _search_runs, client, known, token)
        found.extend(_convert(run, known.name) for run in page)
        token = page.token
        if not token:
            return found


def _search_runs(client: Any, experiment: Any, token: str | None) -> Any:
    return client.search_runs(
        [experiment.experiment_id],
        max_results=PAGE_SIZE,
        order_by=["attributes.start_time ASC"],
        page_token=token,
    )


def fetch(run_id: str, name: str, directory: Path) -> Path:
    """Downloads the file or folder that was logged as `name` into the directory."""
    what = f'"{name}" of the run "{run_id}"'
    client = make_client()
    return Path(_ask(what, client.download_artifacts, run_id, name, str(directory)))


def tag(run_id: str, **tags: str) -> None:
    """Sets tags of a run that exists."""
    client = make_client()
    for key, value in tags.items():
        _ask(f'the run "{run_id}"', client.set_tag, run_id, key, value)


def add_results(run_id: str, metrics: Mapping[str, float], folder: Path | None = None) -> None:
    """Adds metrics, and the files of a folder, to a run that is over."""
    from mlflow.entities import Metric

    client = make_client()
    what = f'the run "{run_id}"'
    run = _ask(what, client.get_run, run_id)
    now = int(time.time() * 1000)  # MLflow counts milliseconds
    of_model = {"run_id": run_id, "model_id": _find_model(client, run)}
    rows = []
    for name, value in metrics.items():
        allowed = NOT_IN_NAMES.sub("_", name)
        rows.append(Metric(allowed, value, now, 0, **of_model))
    _ask(what, client.log_batch, run_id, rows)
    if folder:
        _ask(what, client.log_artifacts, run_id, str(folder), folder.name)


def _find_model(client: Any, run: Any) -> str | None:
    """The model that the run logged: its page shows the metrics too."""
    experiments = [run.info.experiment_id]
    condition = f"source_run_id = '{run.info.run_id}'"
    found = _ask("its model", client.search_logged_models, experiments, condition)
    return str(found[0].model_id) if found else None


def make_client() -> Any:
    """Returns a client of MLflow; UserError when the file with the runs is missing."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")  # else it tries for minutes
    from mlflow import MlflowClient

    quieten()
    return MlflowClient(find_address())


def _ask(what: str, question: Callable[..., Any], *arguments: Any) -> Any:
    with tracker_errors(f"{what} cannot be read from"):
        return question(*arguments)


def _convert(run: Any, experiment: str) -> TrackedRun:
    info, data = run.info, run.data
    seconds = None
    if info.end_time:
        seconds = (info.end_time - info.start_time) / 1000  # MLflow counts milliseconds
    statuses = {"FINISHED": "finished", "RUNNING": "running"}
    return TrackedRun(
        id=info.run_id,
        experiment=experiment,
        started=datetime.fromtimestamp(info.start_time / 1000, UTC),
        seconds=seconds,
        status=statuses.get(info.status, "failed"),
        metrics=dict(data.metrics),
        settings=dict(data.params),
        tags=dict(data.tags),
    )
