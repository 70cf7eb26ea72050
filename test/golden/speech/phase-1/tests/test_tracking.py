"""A tracker that cannot be used is an error of one line, which names it."""

from dataclasses import replace

import pytest

from churn import config
from churn.kit import runs, tracking
from churn.kit.settings import UserError


def test_a_tracker_that_does_not_answer_is_named(
    settings: config.Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")  # nobody listens there
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    tracked = replace(settings, runtime=replace(settings.runtime, track=True))
    with pytest.raises(UserError, match=r"the tracker at http://127.0.0.1:9 keeps no run"):
        tracking.start(tracked).__enter__()
    with pytest.raises(UserError, match=r'the run "one" .* the tracker at http://127.0.0.1:9 '):
        runs.find("one")
