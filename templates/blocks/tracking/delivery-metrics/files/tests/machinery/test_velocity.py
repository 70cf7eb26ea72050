"""What the page says of a few runs whose times and outcomes are known."""

from datetime import UTC, datetime, timedelta

import pytest

from nimble_package.mlops.reproducibility import velocity
from nimble_package.mlops.runs import Stored

BEGAN = datetime(2026, 11, 2, 9, tzinfo=UTC)  # a Monday


def run(name: str, day: int, seconds: float | None = 60, **more: str) -> Stored:
    status, metrics = more.pop("status", "finished"), {"cost_usd": float(more.pop("paid", 0))}
    start = BEGAN + timedelta(days=day, hours=1)
    return Stored(name, "e", start, seconds, status, metrics, {}, more)


def test_figures_are_those_of_the_runs() -> None:
    found = [
        run("a", 0, status="failed", seconds=5),
        run("b", 0, seconds=120, paid="0.5"),
        run("c", 15, seconds=60),
        run("d", 15, parent="c"),
        run("e", 16, reproduces="b", reproduced="different"),
        run("f", 16, reproduces="b", reproduced="equal"),
        run("g", 16, reproduces="c", reproduced="different"),
    ]
    figures = velocity.measure(found, BEGAN, 3.6, BEGAN + timedelta(days=16))
    assert figures["first_model_seconds"] == 3600 + 120
    assert figures["weeks"] == {"2026-W45": 2, "2026-W46": 0, "2026-W47": 1}
    assert figures["experiments_per_week"] == 1
    assert (figures["experiments"], figures["failed"], figures["below"]) == (3, 1, 1)
    assert figures["seconds_median"] == 90
    assert figures["usd_total"] == pytest.approx(0.5 + (5 + 120 + 5 * 60) / 1000, abs=1e-4)
    assert (figures["made_again"], figures["reproduced"]) == (2, 1)
    page = velocity.page(figures, "<e>")
    assert "&lt;e&gt;" in page
    assert "50%" in page
    assert page.count("<rect") == 3 + 2


def test_nothing_is_said_of_runs_that_are_not_there() -> None:
    figures = velocity.measure([], None, 0, BEGAN)
    assert figures["first_model_seconds"] is None
    assert figures["reproduced_share"] is None
    assert "No run yet" in velocity.page(figures, "e")


def test_a_price_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert velocity.main(["--price", "cheap"]) == 2
    assert '"cheap" is no price' in capsys.readouterr().err
