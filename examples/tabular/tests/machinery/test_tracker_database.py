from pathlib import Path

import pytest
from mlflow import MlflowClient
from mlflow.store.db import utils

from churn.mlops import tracker_database, tracking
from churn.mlops.errors import TransientError, UserError


def test_a_database_that_is_ended_in_between_is_made_again(tmp_path, monkeypatch):
    path = tmp_path / "mlflow.db"
    address = f"sqlite:///{path.as_posix()}"

    def fail(_):
        unfinished = path.with_name("mlflow.db.unfinished")
        unfinished.write_bytes(b"half of it")
        path.with_name("mlflow.db.unfinished-journal").write_bytes(b"")
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(utils, "_initialize_tables", fail)
        with pytest.raises(OSError, match="No space"):
            tracker_database.create(address)
    assert [one.name for one in tmp_path.iterdir()] == ["mlflow.db.lock"]
    (tmp_path / "mlflow.db.unfinished").write_bytes(b"left by kill -9")
    tracker_database.create(address)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["mlflow.db", "mlflow.db.lock"]
    assert MlflowClient(address).search_experiments() != []


def test_a_database_that_is_there_is_left_alone(tmp_path):
    path = tmp_path / "mlflow.db"
    path.write_bytes(b"theirs")
    tracker_database.create(f"sqlite:///{path.as_posix()}")
    assert path.read_bytes() == b"theirs"


@pytest.mark.parametrize("address", ["http://localhost:5000", "sqlite:///no/such/folder/x.db"])
def test_nothing_is_made_for_a_server_or_in_a_folder_that_is_missing(
    address, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    tracker_database.create(address)
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("Max retries exceeded with url", TransientError),
        ("(sqlite3.OperationalError) database is locked", TransientError),
        ("API request failed with error code 503", TransientError),
        ("(sqlite3.OperationalError) attempt to write a readonly database", UserError),
        ("no such experiment", UserError),
    ],
)
def test_only_an_error_of_the_tracker_that_can_pass_is_worth_another_try(message, kind):
    with pytest.raises(UserError) as caught, tracking.tracker_errors():
        raise RuntimeError(message)
    assert type(caught.value) is kind
