"""Makes a version the champion, or returns to the champion before."""

import json
import os
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..errors import UserError
from ..files import save_json
from ..git_output import read_git
from ..hook_points import Approval, NotApprovedError, NotProposedError, Promotion
from ..hooks import HOOKS
from . import versions as registry
from .store import Change, Changes, Store
from .version import CHALLENGER, CHAMPION, PREVIOUS, Version

FOLDER = Path("promotions")  # in git, so that a review and a clone show who decided what
SCHEMA_VERSION = 1
MAX_REASON = 500  # characters
PROMOTION, ROLLBACK = "promotion", "rollback"


@dataclass(frozen=True)
class Done:
    """A promotion or rollback that is complete."""

    change: Change
    version: Version  # the champion now
    record: Path
    was_interrupted: bool  # an earlier command had begun it


def promote(config: Any, approved_by: str | None, reason: str = "", which: str = "") -> Done:
    """Makes the challenger, or the version `which` names, the champion.

    Raises NotApprovedError when a hook refuses, or when there is no hook and no person or reason.
    Finishes an interrupted promotion first, and then does nothing else.
    """
    store = Store(config.experiment)
    versions = _list_versions(store)
    changes = store.read_changes(versions)
    if changes.unfinished:
        return _finish_interrupted(store, versions, changes, changes.unfinished)
    champion = _find_alias(versions, CHAMPION)
    wanted = registry.find(config, which) if which else _find_challenger(versions)
    _refuse_same_model(wanted, champion)
    approvals = _approve(wanted, champion, approved_by, reason)
    _refuse_used_decision(approvals, changes)
    with registry.open_model(config, wanted):
        pass  # its files are those that were registered
    change = Change(
        number=_next_number(changes),
        kind=PROMOTION,
        champion=wanted.number,
        replaced=champion.number if champion else None,
        previous=champion.number if champion else None,
        by=approvals[0].by,
        reason=(reason or approvals[0].reason)[:MAX_REASON],
        at=_now(),
        decision=approvals[0].id,
        id=uuid.uuid4().hex,
    )
    store.claim(changes, change)
    return _complete(store, versions, changes, change, approvals)


def roll_back(config: Any, approved_by: str | None, reason: str = "") -> Done:
    """Makes the champion before this one the champion again."""
    store = Store(config.experiment)
    versions = _list_versions(store)
    changes = store.read_changes(versions)
    if changes.unfinished:
        return _finish_interrupted(store, versions, changes, changes.unfinished)
    champion = _find_alias(versions, CHAMPION)
    earlier = _find_alias(versions, PREVIOUS)
    if champion is None or earlier is None:
        raise UserError(
            f'no version has the alias "{PREVIOUS}", so there is no champion to return to: '
            '"uv run poe models" lists the versions'
        )
    if approved_by is None:
        raise NotApprovedError("no one is named who rolls back: use --approved-by NAME")
    with registry.open_model(config, earlier):
        pass  # its files are those that were registered
    change = Change(
        number=_next_number(changes),
        kind=ROLLBACK,
        champion=earlier.number,
        replaced=champion.number,
        previous=_find_champion_before(earlier, champion, versions, changes),
        by=approved_by,
        reason=reason[:MAX_REASON],
        at=_now(),
        decision="",
        id=uuid.uuid4().hex,
    )
    store.claim(changes, change)
    return _complete(store, versions, changes, change, [])


def find_person() -> str | None:
    """Returns who starts this: the user of GitHub Actions or GitLab CI, or of git."""
    for variable in ("GITHUB_ACTOR", "GITLAB_USER_LOGIN"):
        if os.environ.get(variable):
            return os.environ[variable]
    name = (read_git("config", "user.name") or "").strip()
    return name or None


def _list_versions(store: Store) -> list[Version]:
    versions = store.list_versions()
    if not versions:
        raise UserError('no model is registered: run "uv run poe register" first')
    return versions


def _find_alias(versions: Sequence[Version], alias: str) -> Version | None:
    for version in versions:
        if alias in version.aliases:
            return version
    return None


def _find_challenger(versions: Sequence[Version]) -> Version:
    found = _find_alias(versions, CHALLENGER)
    if found is None:
        raise NotProposedError(
            f'no version has the alias "{CHALLENGER}", so there is nothing to promote: '
            'run "uv run poe register", or name one with --version NUMBER'
        )
    return found


def _refuse_same_model(wanted: Version, champion: Version | None) -> None:
    if champion is None:
        return
    if wanted.number == champion.number:
        raise NotProposedError(f'{wanted} is the "{CHAMPION}" already: there is nothing to promote')
    if wanted.facts.model_sha256 == champion.facts.model_sha256:
        raise NotProposedError(
            f'{wanted} has the same bytes as the "{CHAMPION}" ({champion}): there is nothing to '
            "promote"
        )


def _approve(
    wanted: Version, champion: Version | None, approved_by: str | None, reason: str
) -> list[Approval]:
    """Asks every hook; without one, a person has to say why."""
    promotion = Promotion(
        version=wanted.number,
        sha256=wanted.facts.model_sha256,
        champion_version=champion.number if champion else None,
        champion_sha256=champion.facts.model_sha256 if champion else None,
        approved_by=approved_by,
    )
    approvals = [ask(promotion) for ask in HOOKS.before_promotion]
    if approvals:
        return approvals
    if approved_by is None:
        raise NotApprovedError("no one is named who approves the promotion: use --approved-by NAME")
    if not reason.strip():
        raise NotApprovedError(
            f"no gate compares models here, so a person decides: say why {wanted} should be the "
            'champion, with --reason "…"'
        )
    return [Approval(approved_by, reason)]


def _refuse_used_decision(approvals: Sequence[Approval], changes: Changes) -> None:
    used = {change.decision: change for change in changes.all if change.decision}
    for approval in approvals:
        if approval.id in used:
            number = used[approval.id].number
            raise NotProposedError(
                f'the decision "{approval.id}" was used by promotion {number} already: '
                'run "uv run poe gate" again'
            )


def _finish_interrupted(
    store: Store, versions: Sequence[Version], changes: Changes, change: Change
) -> Done:
    by_number = {version.number: version for version in versions}
    approvals = []
    if change.kind == PROMOTION and change.champion in by_number:
        replaced = by_number.get(change.replaced) if change.replaced else None
        with suppress(NotApprovedError):  # it was approved when it began
            found = _approve(by_number[change.champion], replaced, change.by, change.reason)
            approvals = [approval for approval in found if approval.id == change.decision]
    return _complete(store, versions, changes, change, approvals, was_interrupted=True)


def _find_champion_before(
    version: Version, champion: Version, versions: Sequence[Version], changes: Changes
) -> int | None:
    """The champion that a version replaced: to return to when it is rolled back as well."""
    known = {each.number for each in versions} - {champion.number}
    for change in reversed(changes.all):
        if change.kind == PROMOTION and change.champion == version.number:
            return change.replaced if change.replaced in known else None
    return None


def _next_number(changes: Changes) -> int:
    return changes.all[-1].number + 1 if changes.all else 1


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _complete(
    store: Store,
    versions: Sequence[Version],
    changes: Changes,
    change: Change,
    approvals: Sequence[Approval],
    *,
    was_interrupted: bool = False,
) -> Done:
    """Does what was claimed. Every step can be done again, so a killed one is finished later."""
    by_number = {version.number: version for version in versions}
    if change.champion not in by_number:
        raise UserError(
            f"version {change.champion} was deleted while its {change.kind} was not finished: "
            "promote another version with --version NUMBER"
        )
    version = by_number[change.champion]
    replaced = by_number.get(change.replaced) if change.replaced else None
    store.apply(change)
    if CHALLENGER in version.aliases:
        store.delete_alias(CHALLENGER)
    content = describe(change, version, replaced)
    store.tag(version, decision=json.dumps(content), **{registry.ROLLED_BACK: ""})
    if change.kind == ROLLBACK and replaced:
        why = f"{change.at}, by {change.by}: {change.reason or 'no reason given'}"
        store.tag(replaced, **{registry.ROLLED_BACK: why})
    record = FOLDER / f"{change.number:04}-{change.kind}-of-version-{version.number}.json"
    save_json(record, content)
    store.keep_file(version, record)
    for approval in approvals:
        if approval.confirm:
            store.keep_file(version, approval.confirm())
    store.finish(changes, change)
    return Done(change, version, record, was_interrupted)


def describe(change: Change, version: Version, replaced: Version | None) -> dict[str, Any]:
    """Returns the record of a promotion or rollback, as JSON."""
    return {
        "schema_version": SCHEMA_VERSION,
        "number": change.number,
        "kind": change.kind,
        "at": change.at,
        "approved_by": change.by,
        "reason": change.reason,
        "decision": change.decision or None,
        "champion": _describe_version(version),
        "replaced": _describe_version(replaced) if replaced else None,
        "previous_version": change.previous,
    }


def _describe_version(version: Version) -> dict[str, Any]:
    facts = version.facts
    return {
        "name": version.name,
        "version": version.number,
        "model_sha256": facts.model_sha256,
        "signature_sha256": facts.signature_sha256,
        "data_hash": facts.data_hash,
        "commit": facts.commit or None,
        "dirty": facts.is_dirty,
        "run_id": version.run_id,
        "metric": facts.primary_metric,
        "interval": vars(facts.interval),
    }
