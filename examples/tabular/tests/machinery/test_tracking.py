"""A tracker that cannot be used is an error of one line, which names it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from churn.mlops import runs, tracking
from churn.mlops.errors import UserError
from churn.mlops.project import RunDetails
from churn.mlops.tables import SavedModel

NOTHING = SavedModel(None, None, ())
CLOSED = "http://127.0.0.1:9"  # no server listens there


def test_a_tracker_that_does_not_answer_is_named(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", CLOSED)
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    tracked = replace(settings, runtime=replace(settings.runtime, track=True))
    with pytest.raises(UserError, match=f"no run is kept by the tracker at {CLOSED} "):
        tracking.start(tracked).__enter__()
    with pytest.raises(UserError, match=f'the run "one" .* the tracker at {CLOSED} '):
        runs.find("one")


def test_a_database_that_is_missing_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    with pytest.raises(UserError, match=r'"mlflow.db" is missing, so there is no run'):
        runs.find("one")


def test_a_process_in_another_folder_uses_the_same_tracker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    database = tmp_path / "mlflow.db"
    database.touch()
    address = f"sqlite:///{database.resolve().as_posix()}"
    assert runs.make_variables() == {"MLFLOW_TRACKING_URI": address}
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://server")
    assert runs.make_variables() == {"MLFLOW_TRACKING_URI": "http://server"}


def fail(*_: Any, **__: Any) -> None:
    raise OSError(f"PUT {'/artifacts' * 50} failed: No space left on device")


@pytest.mark.parametrize(
    "use",
    [
        lambda run: run.log_metrics({"loss": 1.0}),
        lambda run: run.log_dataset({"source": "builtin", "hash": "0" * 64}),
        lambda run: run.log_files(Path("config.yaml")),
        lambda run: run.log_model(Path("config.yaml"), NOTHING, RunDetails()),
    ],
    ids=["metrics", "dataset", "files", "model"],
)
def test_a_tracker_that_fails_during_a_run_is_one_line_with_its_cause(
    use: Callable[[tracking.Run], None],
) -> None:
    mlflow = SimpleNamespace(log_metrics=fail, log_input=fail, log_artifact=fail)
    with pytest.raises(UserError) as error:
        use(tracking.Run(mlflow))
    message = str(error.value)
    assert message.startswith("no run is kept by the tracker at ")
    assert "No space left on device): see that it is up and lets you in" in message
    assert len(message) < 400
    assert message.count("tracker") == 1


def test_a_mistake_in_the_code_is_not_reported_as_one_of_the_tracker() -> None:
    with pytest.raises(TypeError, match="mine"), tracking.tracker_errors():
        raise TypeError("mine")


def test_a_database_of_an_earlier_mlflow_names_the_migration(tmp_path: Path) -> None:
    from mlflow.store.db.utils import _initialize_tables, _verify_schema
    from sqlalchemy import create_engine, text

    engine = create_engine(f"sqlite:///{tmp_path}/mlflow.db")
    _initialize_tables(engine)
    with engine.begin() as database:
        database.execute(text("UPDATE alembic_version SET version_num = '75868b020152'"))
    with pytest.raises(UserError, match="mlflow db upgrade ADDRESS"), tracking.tracker_errors():
        _verify_schema(engine)


def test_a_run_that_is_not_tracked_keeps_nothing(settings: Any) -> None:
    with tracking.start(settings) as run:
        run.log_metrics({"loss": 1.0})
        run.log_files(Path("missing"))
        run.log_model(Path("missing"), NOTHING, RunDetails())
    assert run.id is None
