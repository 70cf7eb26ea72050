"""Records count as evidence while they are new and whole, and only for what they show."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from churn.mlops import score_records
from churn.mlops.files import save_json
from churn.mlops.score_evidence import find

Write = Callable[[timedelta], None]
NEW = timedelta(days=1)
OLD = score_records.MAX_AGE + timedelta(days=1)


@pytest.fixture(autouse=True)
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without records."""
    monkeypatch.chdir(tmp_path)


def stamp(age: timedelta) -> str:
    return (datetime.now(UTC) - age).isoformat(timespec="seconds")


def write_run(age: timedelta, **changes: Any) -> None:
    steps = [{"name": "validate", "exit_reason": "finished"}]
    content = {"started": stamp(age), "exit_reason": "finished", "steps": steps}
    save_json(score_records.RUNS / "000001-abc.json", content | changes)


def write_decision(age: timedelta, name: str = "one", **changes: Any) -> None:
    checks = [{"name": "latency", "passed": True}, {"name": "slice Year: 1970", "passed": False}]
    content = {
        "created": stamp(age),
        "verdict": {"name": "keep", "checks": checks},
        "look": "a look",
        "holdout": {"sha256": "first"},
        "champion": {"sha256": "old"},
        "challenger": {"sha256": "new"},
    }
    save_json(score_records.DECISIONS / f"{name}.json", content | changes)


def write_promotion(age: timedelta) -> None:
    save_json(score_records.PROMOTIONS / "0001.json", {"at": stamp(age), "kind": "rollback"})


KINDS = [
    ("step:validate", write_run, score_records.RUNS / "000001-abc.json"),
    ("decision:latency", write_decision, score_records.DECISIONS / "one.json"),
    ("promotion:rollback", write_promotion, score_records.PROMOTIONS / "0001.json"),
]


@pytest.mark.parametrize(("name", "write", "path"), KINDS)
def test_a_record_counts_only_while_it_is_there_new_and_whole(
    name: str, write: Write, path: Path
) -> None:
    assert not find(name).is_here
    write(NEW)
    assert find(name).is_here
    write(OLD)
    assert "not of the last 92 days" in find(name).text
    assert not find(name).is_here
    write(NEW)
    assert find(name).is_here
    for damage in (b"", b'{"at": ', b"[]", b"{}", b"\xff\xfe"):
        path.write_bytes(damage)
        assert not find(name).is_here
        assert "cannot be read as a record" in find(name).text


def test_another_damaged_record_takes_the_points_away() -> None:
    write_decision(NEW)
    assert find("decision:latency").is_here
    (score_records.DECISIONS / "two.json").write_text("{", encoding="utf-8")
    assert '"decisions/two.json" cannot be read' in find("decision:latency").text


def test_a_run_that_failed_or_lacks_the_step_does_not_count() -> None:
    write_run(NEW, exit_reason="failed")
    assert not find("step:validate").is_here
    write_run(NEW)
    assert not find("step:train").is_here


def test_a_check_counts_only_when_it_passed() -> None:
    write_decision(NEW)
    assert not find("decision:slice").is_here
    assert not find("promotion:rollback").is_here


def test_a_champion_counts_as_evaluated_later_on_a_second_holdout() -> None:
    champion = {"sha256": "new"}
    write_decision(timedelta(days=30))
    assert not find("later-holdout").is_here
    write_decision(NEW, "two", champion=champion)
    assert not find("later-holdout").is_here
    write_decision(NEW, "two", champion=champion, holdout={"sha256": "second"})
    assert find("later-holdout").is_here
    write_decision(OLD, "two", champion=champion, holdout={"sha256": "second"})
    assert not find("later-holdout").is_here


def test_a_drift_report_counts_with_any_verdict() -> None:
    assert "uv run poe drift NEW_DATA" in find("drift").text
    save_json(score_records.DRIFT, {"verdict": "no drift", "features": []})
    assert find("drift").is_here
    score_records.DRIFT.write_text("{", encoding="utf-8")
    assert not find("drift").is_here


def test_a_value_of_reliability_has_to_be_known() -> None:
    save_json(score_records.RELIABILITY, {"lead_seconds": None})
    assert not find("reliability:lead_seconds").is_here
    save_json(score_records.RELIABILITY, {"lead_seconds": 60.0})
    assert find("reliability:lead_seconds").is_here
