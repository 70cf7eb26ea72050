"""The line that says how far a long step is."""

import sys

import pytest

from churn.mlops import progress


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that every item takes."""
    seconds = [0.0]
    now = [0.0]

    def advance() -> float:
        now[0] += seconds[0]
        return now[0]

    monkeypatch.setattr(progress.time, "monotonic", advance)
    return seconds


def test_a_step_of_less_than_two_seconds_prints_nothing(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    clock[0] = 0.001
    assert list(progress.track([1, 2, 3], "Reading")) == [1, 2, 3]
    assert capsys.readouterr() == ("", "")


def test_a_log_gets_plain_lines_ten_seconds_apart(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    clock[0] = 0.5
    assert len(list(progress.track(range(2000), "Reading images"))) == 2000
    printed = capsys.readouterr()
    assert printed.out == ""
    lines = printed.err.splitlines()
    assert lines[0].startswith("Reading images: ")
    assert lines[0].endswith(" of 2,000")
    assert 20 < len(lines) < 120
    assert "\r" not in printed.err
    assert "\033" not in printed.err


@pytest.mark.parametrize("is_ci", [False, True])
def test_a_terminal_shows_one_line_that_is_cleared_at_the_end(
    clock: list[float],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    is_ci: bool,
) -> None:
    clock[0] = 1.0
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.delenv("CI", raising=False)
    if is_ci:
        monkeypatch.setenv("CI", "true")
    items = (number for number in range(9))  # how many is not known
    list(progress.track(items, "Reading"))
    printed = capsys.readouterr().err
    assert printed.endswith("\n" if is_ci else progress.CLEAR)
    assert printed.count("\n") == (1 if is_ci else 0)
    assert " of " not in printed
