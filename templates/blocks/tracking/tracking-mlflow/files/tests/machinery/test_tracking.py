"""A tracker that cannot be used is an error of one line, which names it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from nimble_package import config
from nimble_package.mlops import runs, tracking
from nimble_package.mlops.settings import UserError


def test_a_tracker_that_does_not_answer_is_named(
    settings: config.Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")  # nobody listens there
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    tracked = replace(settings, runtime=replace(settings.runtime, track=True))
    with pytest.raises(UserError, match=r"no run is kept by the tracker at http://127.0.0.1:9 "):
        tracking.start(tracked).__enter__()
    with pytest.raises(UserError, match=r'the run "one" .* the tracker at http://127.0.0.1:9 '):
        runs.find("one")


def fail(*_: Any, **__: Any) -> None:
    raise OSError(f"PUT {'/artifacts' * 50} failed: No space left on device")


@pytest.mark.parametrize(
    "use",
    [
        lambda run: run.metrics({"loss": 1.0}),
        lambda run: run.dataset({"source": "builtin", "hash": "0" * 64}),
        lambda run: run.files(Path("config.yaml")),
        lambda run: run.model(Path("config.yaml"), None, None),
    ],
    ids=["metrics", "dataset", "files", "model"],
)
def test_a_tracker_that_fails_on_the_way_is_one_line_with_its_cause(
    use: Callable[[tracking.Run], None],
) -> None:
    mlflow = SimpleNamespace(log_metrics=fail, log_input=fail, log_artifact=fail)
    with pytest.raises(UserError) as told:
        use(tracking.Run(mlflow))
    said = str(told.value)
    assert said.startswith("no run is kept by the tracker at ")
    assert "No space left on device): see that it is up and lets you in" in said
    assert len(said) < 400
    assert said.count("tracker") == 1


def test_a_mistake_in_the_code_stays_what_it_is() -> None:
    with pytest.raises(TypeError, match="mine"), tracking.asked():
        raise TypeError("mine")
