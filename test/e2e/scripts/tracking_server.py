"""Writes a run with an artifact to the tracking server, or reads it back; strangers are refused."""

import os
import sys
import urllib.error
import urllib.request
from base64 import b64encode

import mlflow

ADDRESS = "http://127.0.0.1:5000"
RUNS = f"{ADDRESS}/api/2.0/mlflow/experiments/search?max_results=1"
PASSWORD = os.environ["MLFLOW_TRACKING_PASSWORD"]


def answer(user: str, password: str, host: str = "localhost:5000") -> int:
    """The status with which the server answers."""
    login = b64encode(f"{user}:{password}".encode()).decode()
    headers = {"Host": host, "Authorization": f"Basic {login}"}
    try:
        with urllib.request.urlopen(urllib.request.Request(RUNS, headers=headers)) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code


def write() -> None:
    """One run."""
    with mlflow.start_run():
        mlflow.log_metric("accuracy", 0.9)
        mlflow.log_text("kept", "note.txt")


def read() -> None:
    """The run of `write`, whole."""
    [run] = mlflow.search_runs(output_format="list")
    assert run.data.metrics == {"accuracy": 0.9}, run
    assert mlflow.artifacts.load_text(f"{run.info.artifact_uri}/note.txt") == "kept"


if __name__ == "__main__":
    assert answer("admin", PASSWORD) == 200
    assert answer("admin", "password1234") == 401, "the default password opens the server"
    assert answer("admin", PASSWORD, host="evil.example") == 403, "any host name is served"
    mlflow.set_tracking_uri(ADDRESS)
    mlflow.set_experiment("vm")
    {"write": write, "read": read}[sys.argv[1]]()
