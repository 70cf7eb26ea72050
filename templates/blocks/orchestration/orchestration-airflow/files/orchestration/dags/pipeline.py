"""The pipeline as a DAG of Airflow: a task for each step, which calls `poe pipeline --only STEP`.

What a step does, reads and writes is defined in the pipeline; only its schedule is here.
"""

import hashlib
import os
import subprocess
from datetime import timedelta
from pathlib import Path

from airflow.sdk import DAG, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException

REPOSITORY = Path(__file__).resolve().parents[2]
SCHEDULE = "23 2 * * 1"  # each Monday at 02:23 UTC; None: only when it is triggered
COMMAND = ["uv", "run", "--locked", "poe", "--quiet", "pipeline"]
KNOWN_STEPS = REPOSITORY / "pipeline" / "airflow"  # their names, by what they depend on
SOURCES = ("dvc.yaml", "pipeline.yaml", "src/nimble_package/mlops/hooks.py")
OF_AIRFLOW = ("VIRTUAL_ENV", "PYTHONPATH", "UV_PROJECT")  # the steps have their own environment
TRY_LATER = 75  # of `poe pipeline --only`: the cause can pass


def list_steps() -> list[str]:
    """Returns the names of the steps; asks the pipeline only when something has changed.

    Airflow reads this file every few seconds.
    """
    digest = hashlib.sha256()
    for name in SOURCES:
        digest.update((REPOSITORY / name).read_bytes())
    known = KNOWN_STEPS / digest.hexdigest()[:16]
    if not known.is_file():
        done = subprocess.run(
            [*COMMAND, "--list"], cwd=REPOSITORY, env=variables(), capture_output=True, text=True
        )
        if done.returncode:
            raise RuntimeError(f"the steps of the pipeline are not known: {done.stderr.strip()}")
        KNOWN_STEPS.mkdir(parents=True, exist_ok=True)
        whole = known.with_suffix(f".{os.getpid()}")
        whole.write_text(done.stdout, encoding="utf-8")
        whole.replace(known)
    return known.read_text(encoding="utf-8").split()


def variables() -> dict[str, str]:
    """Returns the environment of a step: that of Airflow without what belongs to Airflow."""
    return {name: value for name, value in os.environ.items() if name not in OF_AIRFLOW}


def run_step(step: str) -> None:
    """Runs one step of the pipeline, which ends with this task however that ends."""
    run = get_current_context()["run_id"]
    options = ["--only", step, "--run", run, "--trigger", "airflow", "--end-with-input"]
    with subprocess.Popen(
        [*COMMAND, *options],
        cwd=REPOSITORY,
        env=variables(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        for line in process.stdout or ():
            print(line.rstrip(), flush=True)
        status = process.wait()
    if status in (1, 2):
        raise AirflowFailException(
            f'"{step}" ended with status {status}: trying again would not help'
        )
    if status:
        reason = "the cause can pass" if status == TRY_LATER else "it was stopped"
        raise RuntimeError(f'"{step}" ended with status {status}: {reason}')


with DAG(
    "pipeline",
    description="Every step of the pipeline that is not up to date",
    schedule=SCHEDULE,
    catchup=False,
    max_active_runs=1,  # the pipeline refuses a second one
    default_args={
        "retries": 2,
        "retry_delay": timedelta(minutes=5),
        "retry_exponential_backoff": True,
        "execution_timeout": timedelta(hours=2),
    },
) as dag:
    previous = None
    for name in list_steps():
        current = task(run_step, task_id=name)(name)
        if previous:
            previous >> current
        previous = current
