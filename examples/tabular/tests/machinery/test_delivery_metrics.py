"""The delivery metrics of a few runs whose times and results are known."""

from datetime import UTC, datetime, timedelta

import pytest

from churn.mlops import delivery_metrics
from churn.mlops.runs import TrackedRun

BEGAN = datetime(2026, 11, 2, 9, tzinfo=UTC)  # a Monday


def make_run(
    name: str,
    day: int,
    seconds: float | None = 60,
    status: str = "finished",
    cost_usd: float = 0.0,
    **tags: str,
) -> TrackedRun:
    started = BEGAN + timedelta(days=day, hours=1)
    return TrackedRun(name, "e", started, seconds, status, {"cost_usd": cost_usd}, {}, tags)


def test_the_metrics_count_experiments_weeks_time_cost_and_reproductions() -> None:
    runs = [
        make_run("a", 0, seconds=5, status="failed"),
        make_run("b", 0, seconds=120, cost_usd=0.5),
        make_run("c", 15, seconds=60),
        make_run("d", 15, parent="c"),
        make_run("e", 16, reproduces="b", reproduced="different"),
        make_run("f", 16, reproduces="b", reproduced="equal"),
        make_run("g", 16, reproduces="c", reproduced="different"),
    ]
    metrics = delivery_metrics.measure(runs, BEGAN, 3.6, BEGAN + timedelta(days=16))
    assert metrics.first_model_seconds == 3600 + 120
    assert metrics.weeks == {"2026-W45": 2, "2026-W46": 0, "2026-W47": 1}
    assert metrics.experiments_per_week == 1
    assert (metrics.experiments, metrics.failed, metrics.child_runs) == (3, 1, 1)
    assert metrics.seconds_median == 90
    assert metrics.usd_total == pytest.approx(0.5 + (5 + 120 + 5 * 60) / 1000, abs=1e-4)
    assert (metrics.repeated, metrics.reproduced) == (2, 1)
    page = delivery_metrics.render_page(metrics, "<e>")
    assert "&lt;e&gt;" in page
    assert "50%" in page
    assert page.count("<rect") == 3 + 2


def test_weeks_without_a_run_count_as_zero_up_to_the_present_week() -> None:
    sunday = make_run("a", 6)
    counts = delivery_metrics.count_by_week([sunday], BEGAN + timedelta(days=14))
    assert counts == {"2026-W45": 1, "2026-W46": 0, "2026-W47": 0}


def test_an_experiment_without_runs_has_empty_metrics() -> None:
    metrics = delivery_metrics.measure([], None, 0, BEGAN)
    assert metrics.first_model_seconds is None
    assert metrics.reproduced_share is None
    assert "No run yet" in delivery_metrics.render_page(metrics, "e")


def test_a_price_that_is_not_a_number_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert delivery_metrics.main(["--price", "cheap"]) == 2
    assert '"cheap" is not a price' in capsys.readouterr().err
