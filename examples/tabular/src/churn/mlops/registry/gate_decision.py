"""Lets a version become the champion only when the gate said so for exactly this pair of models."""

from pathlib import Path

from ..gate import decision
from ..gate.decision import DecisionRecord
from ..hook_points import Approval, NotApprovedError, NotProposedError, Promotion

RUN_GATE = 'run "uv run poe gate"'


def require_decision(promotion: Promotion) -> Approval:
    """Returns the approval of the newest decision about these two models.

    Raises NotApprovedError without one, for another verdict, and when a person has to agree.
    """
    record = _find_record(promotion)
    verdict = record.verdict
    if verdict.name != "promote":
        raise NotProposedError(
            f'the gate said "{verdict.name}" for version {promotion.version} '
            f"({record.id}): {verdict.reason}"
        )
    if record.approval.rule == "automatic" and promotion.approved_by is None:
        return Approval("gate.yaml: automatic", verdict.reason, record.id, lambda: _path(record))
    person = promotion.approved_by
    if person is None:
        raise NotApprovedError(
            f"the gate proposes version {promotion.version} ({record.id}), and gate.yaml lets a "
            'person decide: "uv run poe promote"'
        )
    return Approval(person, verdict.reason, record.id, lambda: _confirm(record, person))


def _find_record(promotion: Promotion) -> DecisionRecord:
    """The newest record about this challenger; it has to be about this champion, too."""
    records = decision.load_all()
    about = [record for record in records if record.challenger.sha256 == promotion.sha256]
    if not about:
        raise NotApprovedError(
            f"the gate has not decided about version {promotion.version} (SHA-256 "
            f"{promotion.sha256[:12]}…): {RUN_GATE} first"
        )
    record = about[-1]
    compared = record.champion.sha256 if record.champion else None
    if compared != promotion.champion_sha256:
        raise NotApprovedError(
            f'the decision "{record.id}" is about another champion than the one of now '
            f"(version {promotion.champion_version or 'none'}): {RUN_GATE} again"
        )
    return record


def _confirm(record: DecisionRecord, person: str) -> Path:
    decision.approve(record, person)
    return _path(record)


def _path(record: DecisionRecord) -> Path:
    return decision.find_path(record.id)
