"""Run manifests that the tracker or a file has, checked before they are used."""

import json
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import runs
from ..errors import UserError
from ..files import sha256

LAST = Path("reports/manifest.json")
VERSION = 1  # of the schema: docs/run-manifest.schema.json
SECTIONS: Mapping[str, type] = {
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
class StoredRun:
    """A finished run: its manifest, its patch, and what the tracker says of it."""

    manifest: dict[str, Any]
    patch: bytes = b""
    tracked: runs.TrackedRun | None = None  # None: the manifest is a file from elsewhere
    source: str = ""
    name: str = ""

    @property
    def id(self) -> str | None:
        """Its id in the tracker; None for a run that was not tracked."""
        run_id: str | None = self.manifest.get("run_id")
        return run_id


def find(name: str | None) -> StoredRun:
    """Returns the run with an id, of a manifest file, or (None) the last one in reports/."""
    path = Path(name) if name else LAST
    if name is None and not path.is_file():
        raise UserError(f'"{path}" is missing: give the id of a run, or "uv run poe train" first')
    if name is None or path.suffix == ".json":
        return _load_file(path)
    return _load_tracked(name)


def find_previous(run: StoredRun) -> StoredRun:
    """Returns the run of the experiment before this one; trials and reproductions do not count."""
    if not run.tracked:
        raise UserError(f'the run "{run.name}" is in no tracker here: name the run to compare with')
    earlier = []
    for other in runs.list_runs(run.tracked.experiment):
        linked = other.tags.get("parent") or other.tags.get("reproduces")
        before = other.started < run.tracked.started
        if before and not linked and other.status == "finished":
            earlier.append(other.id)
    if not earlier:
        raise UserError(f'there is no run before "{run.name}": train once more, or name one')
    return _load_tracked(earlier[-1])


def _load_file(path: Path) -> StoredRun:
    try:
        manifest = parse(path.read_bytes(), str(path))
    except OSError:
        raise UserError(f'"{path}" cannot be read: give the id of a run or a manifest') from None
    tracked = None
    with suppress(UserError):  # the file may be all there is, in a clone of another team's work
        tracked = runs.find(manifest["run_id"]) if manifest["run_id"] else None
    expected = manifest["git"].get("patch")
    patch = _find_patch(path, expected, tracked) if expected else b""
    return StoredRun(manifest, patch, tracked, str(path), manifest["run_id"] or str(path))


def _find_patch(path: Path, expected: Mapping[str, Any], tracked: runs.TrackedRun | None) -> bytes:
    """The patch next to a manifest file, or in the tracker."""
    file = path.with_name(expected["name"])
    if file.is_file() and sha256(file.read_bytes()) == expected["sha256"]:
        return file.read_bytes()
    if tracked:
        return _fetch_patch(tracked.id, expected)
    raise UserError(
        f'"{file}" is missing, or not of this run, and the run had changes that are in no commit: '
        "put it next to the manifest (the tracker keeps it with the run)"
    )


def _load_tracked(run_id: str) -> StoredRun:
    tracked = runs.find(run_id)
    with tempfile.TemporaryDirectory() as folder:
        path = runs.fetch(run_id, LAST.name, Path(folder))
        manifest = parse(path.read_bytes(), f"{LAST.name} of the run {run_id}")
    if manifest["run_id"] != run_id:
        raise UserError(f'the manifest of the run "{run_id}" is that of "{manifest["run_id"]}"')
    expected = manifest["git"].get("patch")
    patch = _fetch_patch(run_id, expected) if expected else b""
    return StoredRun(manifest, patch, tracked, "the tracker", run_id)


def _fetch_patch(run_id: str, expected: Mapping[str, Any]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        patch = runs.fetch(run_id, expected["name"], Path(folder)).read_bytes()
    if sha256(patch) != expected["sha256"]:
        raise UserError(
            f'"{expected["name"]}" of the run "{run_id}" is not what its manifest says '
            f"(sha256 {expected['sha256'][:12]}): the code of this run is lost"
        )
    return patch


def parse(content: bytes, name: str) -> dict[str, Any]:
    """Returns the manifest in the bytes of a file; raises UserError with what is wrong with it."""
    try:
        manifest = json.loads(content)
    except ValueError as error:
        raise UserError(f'"{name}" is not complete JSON ({error}): it was cut short') from None
    version = manifest.get("schema_version") if isinstance(manifest, dict) else None
    if not isinstance(version, int):
        raise UserError(f'"{name}" is not a run manifest: "schema_version" is missing')
    if version > VERSION:
        raise UserError(
            f'"{name}" has schema_version {version}, this repository reads up to {VERSION}: '
            "use the commit that wrote it, or update the repository"
        )
    for section, kind in SECTIONS.items():
        if not isinstance(manifest.get(section), kind):
            problem = f'"{section}" is missing or not a {kind.__name__}'
            raise UserError(f'"{name}" is not a complete run manifest: {problem}')
    return dict(manifest)
