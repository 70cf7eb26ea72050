"""data/schema.yaml: read, compared with the data, written when the data is accepted."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from ... import data
from ...adapters import schema as fields
from ..settings import UserError
from . import SCHEMA, rules, source

HEAD = """\
# What the data is. Written by `poe data` the first time, then by `poe data --accept`; commit it.
# Rules may be narrowed or widened by hand: least, most, missing (a share), allowed; note is yours.
"""
ACCEPT = 'If that is right, "uv run poe data --accept" takes it; else bring the old data back.'


def read() -> dict[str, Any] | None:
    """What was accepted, or nothing yet."""
    if not SCHEMA.is_file():
        return None
    cure = 'take it from git again, or delete it and run "uv run poe data"'
    try:
        known = yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))
        whole = isinstance(known["accepted"], dict) and {"files", "sha256"} <= set(
            known["accepted"]
        )
        plain = all(isinstance(rule, dict) for rule in known["fields"].values())
    except (yaml.YAMLError, OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        why = " ".join(str(error).split())[:120]
        raise UserError(f'"{SCHEMA.as_posix()}" cannot be read ({why}): {cure}') from None
    if not whole or not plain or "source" not in known:
        raise UserError(f'"{SCHEMA.as_posix()}" lacks source, accepted or fields: {cure}')
    return dict(known)


def describe(config: Any) -> dict[str, Any]:
    """The schema that the configured data would have if nothing had been accepted before."""
    now, facts = source.identify(config), data.prepare(config)
    accepted = {
        "files": now.files,
        "bytes": now.bytes,
        "sha256": now.sha256 or None,
        "settings": source.settings_of(config),
        "prepared": facts["hash"],
        "licence": facts["licence"],
        "counts": dict(facts["counts"]),
    }
    return {"source": now.name, "accepted": accepted, "fields": fields.describe(config)}


@contextmanager
def aside() -> Iterator[None]:
    """Prepares data in a folder that goes again, so that data/prepared stays as it is."""
    kept = data.PREPARED
    with tempfile.TemporaryDirectory() as folder:
        data.PREPARED = Path(folder)
        try:
            yield
        finally:
            data.PREPARED = kept


def refuse_changed(config: Any, known: dict[str, Any]) -> str:
    """A `UserError` when the accepted source changed; a sentence when it is another source."""
    now, accepted = source.identify(config), known["accepted"]
    if now.name != known["source"]:
        return (
            f'{SCHEMA.as_posix()} describes "{known["source"]}", so nothing is compared with '
            f'"{now.name}": "uv run poe data --accept" describes that instead.'
        )
    if now.sha256 != (accepted["sha256"] or ""):
        with aside():
            found = describe(config)
        raise UserError("\n".join(["", *_changes(now, known, found), ACCEPT]).strip())
    if not now.sha256 and accepted.get("settings") == source.settings_of(config):
        prepared = data.prepare(config)["hash"]
        if prepared != accepted.get("prepared"):
            was = str(accepted.get("prepared"))[:12]
            raise UserError(
                f'"{now.name}" gives other data than what was accepted ({prepared[:12]}, not '
                f"{was}): another version of a package, or of the data set? {ACCEPT}"
            )
    return ""


def _changes(now: source.Source, known: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """What is different, in words."""
    before = known["accepted"]
    was = f"{before['files']} files, {before.get('bytes', 0):,} bytes"
    lines = [f'"{now.name}" changed since it was accepted: {now.files} files, {now.bytes:,} bytes']
    lines[0] += f" (accepted: {was})"
    counts, old = found["accepted"]["counts"], before.get("counts") or {}
    lines += [
        f"{name}: {old.get(name, 0)} before, {counts.get(name, 0)} now"
        for name in {**old, **counts}
        if counts.get(name) != old.get(name)
    ]
    return [*lines, *shorten(rules.broken(known["fields"], found["fields"]))]


def shorten(wrong: rules.Broken) -> list[str]:
    """The first twenty."""
    lines = list(wrong.values())
    return [*lines[:20], *([f"… and {len(lines) - 20} more"] if len(lines) > 20 else [])]


def refuse_broken(config: Any, known: dict[str, Any]) -> None:
    """A `UserError` when the prepared data breaks a rule."""
    data.prepare(config)
    if wrong := rules.broken(known["fields"], fields.describe(config)):
        first = f"the data breaks {len(wrong)} of the rules in {SCHEMA.as_posix()}:"
        raise UserError("\n".join([first, *shorten(wrong), ACCEPT]))


def accept(config: Any, known: dict[str, Any] | None) -> list[str]:
    """Writes the schema of the data as it is now; what changed in it, in words."""
    found, lines = describe(config), list[str]()
    if known and known["source"] == found["source"]:
        lines = shorten(rules.broken(known["fields"], found["fields"]))
        found["fields"] = rules.widened(known["fields"], found["fields"])
    text = HEAD + yaml.safe_dump(found, sort_keys=False, allow_unicode=True, width=100)
    SCHEMA.parent.mkdir(exist_ok=True)
    half = SCHEMA.with_suffix(".half")
    try:
        half.write_text(text, encoding="utf-8", newline="\n")
        half.replace(SCHEMA)
    except OSError as error:
        half.unlink(missing_ok=True)
        raise UserError(f'"{SCHEMA.as_posix()}" cannot be written: {error.strerror}') from None
    return lines
