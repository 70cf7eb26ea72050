"""A version becomes the champion only by a decision of the gate about exactly this pair."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from churn.mlops.gate import decision
from churn.mlops.gate.decision import (
    Approval,
    Budget,
    DecisionRecord,
    Holdout,
    ModelFacts,
    Verdict,
)
from churn.mlops.hook_points import (
    NotApprovedError,
    NotProposedError,
    Promotion,
)
from churn.mlops.hooks import HOOKS
from churn.mlops.registry import gate_decision

pytestmark = pytest.mark.slow

OLD, NEW, OTHER = "a" * 64, "b" * 64, "c" * 64
PROMOTION = Promotion(
    version=2, sha256=NEW, champion_version=1, champion_sha256=OLD, approved_by="Ada"
)


@pytest.fixture(autouse=True)
def in_empty_folder(in_workspace: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test has a folder of decisions of its own."""
    assert in_workspace is None
    monkeypatch.chdir(tmp_path)


def save(created: str = "2026-01-01T00:00:00+00:00", **changes: Any) -> DecisionRecord:
    """Saves a decision that promotes NEW over OLD, with what is changed."""
    values: dict[str, Any] = {
        "id": decision.make_id(created, NEW, OLD),
        "created": created,
        "verdict": Verdict(name="promote", reason="it is better"),
        "challenger": ModelFacts(name="version 2", sha256=NEW),
        "champion": ModelFacts(name="version 1", sha256=OLD),
        "holdout": Holdout(sha256=OTHER, examples=100),
        "look": None,
        "budget": Budget(alpha=0.05, looks_planned=52, looks_used=1, looks_this_year=1),
        "settings_sha256": OTHER,
        "commit": None,
        "approval": Approval(rule="person"),
    }
    record = DecisionRecord(**(values | changes))
    decision.save(record)
    return record


def test_the_hook_is_registered() -> None:
    assert gate_decision.require_decision in HOOKS.before_promotion


def test_a_proposed_promotion_is_approved_by_a_person() -> None:
    record = save()
    approval = gate_decision.require_decision(PROMOTION)
    assert (approval.by, approval.reason, approval.id) == ("Ada", "it is better", record.id)
    assert approval.confirm
    path = approval.confirm()
    assert decision.load(path).approval.by == "Ada"


def test_a_promotion_is_automatic_only_where_gate_yaml_says_so() -> None:
    by_itself = replace(PROMOTION, approved_by=None)
    save()
    with pytest.raises(NotApprovedError, match="lets a person decide"):
        gate_decision.require_decision(by_itself)
    save(approval=Approval(rule="automatic"))
    assert gate_decision.require_decision(by_itself).by == "gate.yaml: automatic"


@pytest.mark.parametrize("name", ["keep", "cannot tell"])
def test_another_verdict_is_refused_with_its_reason(name: Any) -> None:
    save(verdict=Verdict(name=name, reason="the difference is small"))
    with pytest.raises(NotProposedError, match=f'"{name}" for version 2 .*the difference is small'):
        gate_decision.require_decision(PROMOTION)


def test_the_newest_decision_counts() -> None:
    save()
    worse = Verdict(name="keep", reason="a slice is worse")
    later = "2026-02-01T00:00:00+00:00"
    save(later, id=decision.make_id(later, NEW, OLD), verdict=worse)
    with pytest.raises(NotApprovedError, match="a slice is worse"):
        gate_decision.require_decision(PROMOTION)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sha256": OTHER}, "has not decided about version 2"),
        ({"champion_sha256": OTHER}, "another champion"),
        ({"champion_version": None, "champion_sha256": None}, "another champion"),
    ],
)
def test_a_decision_about_other_models_is_refused(change: dict[str, Any], message: str) -> None:
    save()
    with pytest.raises(NotApprovedError, match=message):
        gate_decision.require_decision(replace(PROMOTION, **change))


def test_without_a_decision_the_gate_is_named() -> None:
    with pytest.raises(NotApprovedError, match='run "uv run poe gate" first'):
        gate_decision.require_decision(PROMOTION)
