"""Reads back what `tracking` wrote: no other module knows where the tracker keeps its runs."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .settings import UserError
from .tracking import FILE, PLACE, asked


@dataclass(frozen=True)
class Stored:
    """A run as the tracker keeps it."""

    id: str
    experiment: str
    started: datetime  # in UTC
    seconds: float | None  # none while it runs
    status: str  # finished, failed or running
    metrics: dict[str, float]  # the last value of each
    settings: dict[str, str]  # such as model.width: "16"
    tags: dict[str, str]  # parent, reproduces, and what `tag` set


def address() -> str:
    """The tracker as every folder can reach it: a file has its whole path."""
    address = os.environ.get(PLACE) or FILE
    scheme, separator, path = address.partition(":///")
    if scheme != "sqlite":
        return address
    if not Path(path).is_file():
        raise UserError(
            f'"{path}" is not there, so no run is: "uv run poe train" makes one; set '
            "MLFLOW_TRACKING_URI if the runs are on a server"
        )
    return f"{scheme}{separator}{Path(path).resolve().as_posix()}"


def elsewhere() -> dict[str, str]:
    """The variables with which a process in another folder writes to the same tracker."""
    return {PLACE: address()}


def find(run_id: str) -> Stored:
    """The run of that id; an unknown id or a tracker that does not answer is a `UserError`."""
    client = _client()
    run = _ask(f'the run "{run_id}"', client.get_run, run_id)
    name = _ask("its experiment", client.get_experiment, run.info.experiment_id).name
    return _stored(run, name)


def stored(experiment: str) -> list[Stored]:
    """Every run of the experiment, oldest first; none where it has none."""
    client = _client()
    known = _ask(f'the experiment "{experiment}"', client.get_experiment_by_name, experiment)
    found: list[Stored] = []
    page: str | None = ""
    while known and page is not None:
        order = ["attributes.start_time ASC"]
        runs = _ask("its runs", client.search_runs, [known.experiment_id], "", 1, 500, order, page)
        found += [_stored(run, known.name) for run in runs]
        page = runs.token
    return found


def fetch(run_id: str, name: str, directory: Path) -> Path:
    """Brings the file that was logged as `name` into the directory."""
    what = f'"{name}" of the run "{run_id}"'
    return Path(_ask(what, _client().download_artifacts, run_id, name, str(directory)))


def tag(run_id: str, **tags: str) -> None:
    """Writes tags at a run that exists."""
    client = _client()
    for key, value in tags.items():
        _ask(f'the run "{run_id}"', client.set_tag, run_id, key, value)


def _client() -> Any:
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")  # else it tries for minutes
    from mlflow import MlflowClient

    return MlflowClient(address())


def _ask(what: str, question: Any, *arguments: Any) -> Any:
    with asked(f"{what} cannot be had from"):
        return question(*arguments)


def _stored(run: Any, experiment: str) -> Stored:
    info, data = run.info, run.data
    return Stored(
        id=info.run_id,
        experiment=experiment,
        started=datetime.fromtimestamp(info.start_time / 1000, UTC),
        seconds=(info.end_time - info.start_time) / 1000 if info.end_time else None,
        status={"FINISHED": "finished", "RUNNING": "running"}.get(info.status, "failed"),
        metrics=dict(data.metrics),
        settings=dict(data.params),
        tags=dict(data.tags),
    )
