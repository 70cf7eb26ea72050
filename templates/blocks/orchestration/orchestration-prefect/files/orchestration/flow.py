"""The pipeline as a flow of Prefect: a task for each step, which calls `poe pipeline --only STEP`.

What a step does, reads and writes is defined in the pipeline; only its schedule is here.
`uv run poe prefect standalone` runs this file next to a server.
"""

import os
import subprocess
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import httpx
from prefect import flow, get_client, task
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.exceptions import PrefectException
from prefect.runtime import flow_run
from prefect.states import Crashed

REPOSITORY = Path(__file__).resolve().parents[1]
SCHEDULE = "23 2 * * 1"  # each Monday at 02:23 UTC; None: only when a user starts it
COMMAND = ["uv", "run", "--locked", "poe", "--quiet", "pipeline"]
OF_PREFECT = ("VIRTUAL_ENV", "PYTHONPATH", "UV_PROJECT")  # the steps have their own environment
TRY_LATER = 75  # of `poe pipeline --only`: the cause can pass
BEAT = 30  # seconds between two signs of a run, as in tasks/prefect.py
SILENCE = timedelta(seconds=3 * BEAT)
OPEN = [StateType.PENDING, StateType.RUNNING, StateType.CANCELLING]


class StepError(Exception):
    """A step that did not end well, with the status that says why."""

    def __init__(self, step: str, status: int, reason: str) -> None:
        super().__init__(f'"{step}" ended with status {status}: {reason}')
        self.status = status


def list_steps() -> list[str]:
    """Returns the names of the steps, as the pipeline says."""
    done = subprocess.run(
        [*COMMAND, "--list"], cwd=REPOSITORY, env=variables(), capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(f"the steps of the pipeline are not known: {done.stderr.strip()}")
    return done.stdout.split()


def variables() -> dict[str, str]:
    """Returns the environment of a step: that of Prefect without what belongs to Prefect."""
    return {name: value for name, value in os.environ.items() if name not in OF_PREFECT}


def can_pass(_: object, __: object, state: object) -> bool:
    """Whether to try again: not after bad input and errors, which stay."""
    error = state.result(raise_on_failure=False)
    return getattr(error, "status", TRY_LATER) not in (1, 2)


@task(
    retries=2,
    retry_delay_seconds=[300, 600],
    retry_condition_fn=can_pass,
    timeout_seconds=7200,
    log_prints=True,
)
def run_step(step: str) -> None:
    """Runs one step of the pipeline, which ends with this task however that ends."""
    options = ["--only", step, "--run", str(flow_run.id), "--trigger", "prefect"]
    with subprocess.Popen(
        [*COMMAND, *options, "--end-with-input"],
        cwd=REPOSITORY,
        env=variables(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        for line in process.stdout or ():
            print(line.rstrip())
        status = process.wait()
    if status in (1, 2):
        raise StepError(step, status, "trying again would not help")
    if status:
        reason = "the cause can pass" if status == TRY_LATER else "it was stopped"
        raise StepError(step, status, reason)


@flow(name="pipeline", log_prints=True)
def pipeline() -> None:
    """Every step of the pipeline that is not up to date."""
    for step in list_steps():
        run_step.with_options(name=step, task_run_name=step)(step)


def is_silent(client: SyncPrefectClient, run: FlowRun, now: datetime) -> bool:
    """Whether a run has changed nothing and not beaten for some time."""
    since = now - SILENCE
    if run.state is None or run.state.timestamp > since:
        return False
    wanted = {
        "occurred": {"since": since.isoformat()},
        "event": {"name": ["prefect.flow-run.heartbeat"]},
        "resource": {"id": [f"prefect.flow-run.{run.id}"]},
    }
    answer = client.request("POST", "/events/filter", json={"filter": wanted, "limit": 1})
    return not answer.json()["events"]


def end_silent_runs(suspects: set[UUID]) -> set[UUID]:
    """Ends the suspects that are still silent; returns the runs that are silent now.

    A process that was killed cannot say so; without this its run would be "Running" for ever. A
    run has to be found silent twice, because the server may have been away.
    """
    open_states = FlowRunFilterState(type=FlowRunFilterStateType(any_=OPEN))
    with get_client(sync_client=True) as client:
        runs = client.read_flow_runs(
            flow_filter=FlowFilter(name=FlowFilterName(any_=["pipeline"])),
            flow_run_filter=FlowRunFilter(state=open_states),
        )
        silent = {run.id for run in runs if is_silent(client, run, datetime.now(UTC))}
        for run in silent & suspects:
            client.set_flow_run_state(run, Crashed(message="It is silent: killed."), force=True)
    return silent - suspects


def watch() -> None:
    """Ends silent runs for as long as this file serves the flow."""
    suspects: set[UUID] = set()
    while True:
        try:
            suspects = end_silent_runs(suspects)
        except (OSError, httpx.HTTPError, PrefectException) as error:
            print(f"The server did not answer, so no silent run was looked for: {error}")
        time.sleep(BEAT)


if __name__ == "__main__":
    threading.Thread(target=watch, daemon=True).start()
    # One run at a time: the pipeline refuses a second one.
    pipeline.serve(name="scheduled", cron=SCHEDULE, limit=1, pause_on_shutdown=False)
