"""Run manifests as the tracker or a file holds them, refused where they are no such thing."""

import json
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import runs
from ..manifest import sha256
from ..settings import UserError

LAST = Path("reports/manifest.json")
VERSION = 1  # of the schema: docs/run-manifest.schema.json
PARTS: Mapping[str, type] = {
    "git": dict,
    "data": dict,
    "config": dict,
    "seeds": list,
    "environment": dict,
    "infrastructure": dict,
    "parents": list,
    "metrics": dict,
    "artifacts": dict,
}


@dataclass(frozen=True)
class Run:
    """A run that was: its manifest, its patch, and what the tracker says of it."""

    facts: dict[str, Any]
    patch: bytes = b""
    stored: runs.Stored | None = None  # none for a manifest that is a file of a run from elsewhere
    source: str = ""
    name: str = ""

    @property
    def id(self) -> str | None:
        """Its id in the tracker; none for a run that was kept out of it."""
        found: str | None = self.facts.get("run_id")
        return found


def find(word: str | None) -> Run:
    """The run of an id, of a manifest's path, or (without a word) the last one in reports/."""
    path = Path(word) if word else LAST
    if word is None and not path.is_file():
        raise UserError(f'"{path}" is missing: give a run\'s id, or "uv run poe train" first')
    if word is None or path.suffix == ".json":
        return _from_file(path)
    return _from_tracker(word)


def before(run: Run) -> Run:
    """The experiment's run before this one; runs of a sweep and reproductions are none."""
    if not run.stored:
        raise UserError(f'the run "{run.name}" is in no tracker here: name the run to compare with')
    found = runs.stored(run.stored.experiment)
    own = [one for one in found if not one.tags.get("parent") and not one.tags.get("reproduces")]
    earlier = [
        one.id for one in own if one.started < run.stored.started and one.status == "finished"
    ]
    if not earlier:
        raise UserError(f'there is no run before "{run.name}": train once more, or name one')
    return _from_tracker(earlier[-1])


def _from_file(path: Path) -> Run:
    try:
        facts = parse(path.read_bytes(), str(path))
    except OSError:
        raise UserError(f'"{path}" cannot be read: give a run\'s id or a manifest') from None
    stored, patch = None, b""
    with suppress(UserError):  # the file may be all there is: a clone of somebody else's work
        stored = runs.find(facts["run_id"]) if facts["run_id"] else None
    wanted = facts["git"].get("patch")
    if wanted:
        beside = path.with_name(wanted["name"])
        if beside.is_file() and sha256(beside.read_bytes()) == wanted["sha256"]:
            patch = beside.read_bytes()
        elif stored:
            patch = _patch(stored.id, wanted)
        else:
            raise UserError(
                f'"{beside}" is not there, or not of this run, and the run had changes that no '
                "commit has: put it beside the manifest (the tracker keeps it with the run)"
            )
    return Run(facts, patch, stored, str(path), facts["run_id"] or str(path))


def _from_tracker(run_id: str) -> Run:
    stored = runs.find(run_id)
    with tempfile.TemporaryDirectory() as folder:
        path = runs.fetch(run_id, LAST.name, Path(folder))
        facts = parse(path.read_bytes(), f"{LAST.name} of the run {run_id}")
    if facts["run_id"] != run_id:
        raise UserError(f'the manifest at the run "{run_id}" is that of "{facts["run_id"]}"')
    wanted = facts["git"].get("patch")
    return Run(facts, _patch(run_id, wanted) if wanted else b"", stored, "the tracker", run_id)


def _patch(run_id: str, wanted: Mapping[str, Any]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        patch = runs.fetch(run_id, wanted["name"], Path(folder)).read_bytes()
    if sha256(patch) != wanted["sha256"]:
        raise UserError(
            f'"{wanted["name"]}" of the run "{run_id}" is not what its manifest says '
            f"(sha256 {wanted['sha256'][:12]}): the code of this run is lost"
        )
    return patch


def parse(content: bytes, name: str) -> dict[str, Any]:
    """The manifest in a file's bytes; a `UserError` names what is wrong with it."""
    try:
        facts = json.loads(content)
    except ValueError as error:
        raise UserError(f'"{name}" is no whole JSON ({error}): it was cut short') from None
    version = facts.get("schema_version") if isinstance(facts, dict) else None
    if not isinstance(version, int):
        raise UserError(f'"{name}" is no run manifest: "schema_version" is missing')
    if version > VERSION:
        raise UserError(
            f'"{name}" has schema_version {version}, this repository reads up to {VERSION}: '
            "use the commit that wrote it, or update the repository"
        )
    for part, kind in PARTS.items():
        if not isinstance(facts.get(part), kind):
            raise UserError(f'"{name}" is no whole run manifest: "{part}" is missing or no {kind}')
    return dict(facts)
