"""Compares the configured data with data/schema.yaml, and accepts it."""

import tempfile
from pathlib import Path
from typing import Any

from ...adapters.schema import read_columns
from ...project import PROJECT
from .. import configured_source, message_groups, validation_report
from ..errors import UserError
from ..project import PREPARED
from . import broken_values, schema_file, source
from .rules import Columns, Violations, find_violations, infer_rules, update_rules
from .schema_file import SCHEMA, Accepted, DataSchema

ACCEPT = 'If the new data is right, run "uv run poe data --accept"; else restore the old data.'
MAX_LINES = 20  # of a message


def is_same_source(config: Any, schema: DataSchema) -> bool:
    """Whether data/schema.yaml describes the source that config.yaml names."""
    return configured_source.get_name(config) == schema.source


def explain_other_source(config: Any, schema: DataSchema) -> str:
    """Returns why nothing is compared."""
    name = configured_source.get_name(config)
    return (
        f'{SCHEMA.as_posix()} describes "{schema.source}", not "{name}", so nothing is compared: '
        '"uv run poe data --accept" describes the new source.'
    )


def refuse_changed_source(config: Any, schema: DataSchema, folder: Path = PREPARED) -> None:
    """Raises UserError when the accepted source has other data than before.

    `folder` has, or gets, the prepared data of a source without files.
    """
    now = source.identify(config)
    if now.sha256 != schema.accepted.sha256:
        raise UserError("\n".join([*_describe_change(config, now, schema), ACCEPT]))
    same_settings = source.hash_settings(config) == schema.accepted.settings
    if now.sha256 is None and same_settings:
        prepared = str(PROJECT.prepare(config, folder)["hash"])
        _refuse_other_result(now, prepared, schema.accepted.prepared)


def _refuse_other_result(now: source.Source, prepared: str, accepted: str) -> None:
    """A source without files, such as a package: the prepared data has to be the same."""
    if prepared != accepted:
        raise UserError(
            f'"{now.name}" gives other data ({prepared[:12]}) than was accepted '
            f"({accepted[:12]}): is the code, a package or the data set another version? {ACCEPT}"
        )


def _describe_change(config: Any, now: source.Source, schema: DataSchema) -> list[str]:
    """Returns what is different, one line each; data/prepared stays as it is."""
    accepted = schema.accepted
    lines = [
        f'"{now.name}" changed since it was accepted: {now.files} files, {now.bytes:,} bytes '
        f"(accepted: {accepted.files} files, {accepted.bytes:,} bytes)"
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        counts = validation_report.prepare(config, folder)["counts"]
        found = describe_violations(schema, read_columns(config, folder))
    for split in {**accepted.counts, **counts}:
        before, after = accepted.counts.get(split, 0), counts.get(split, 0)
        if before != after:
            lines.append(f"{split}: {before} before, {after} now")
    return [*lines, *found]


def refuse_broken_rules(config: Any, schema: DataSchema, folder: Path = PREPARED) -> None:
    """Raises UserError when the prepared data breaks a rule."""
    PROJECT.prepare(config, folder)
    found = describe_violations(schema, read_columns(config, folder))
    if found:
        first = f"the data breaks rules in {SCHEMA.as_posix()}:"
        raise UserError("\n".join([first, *found, ACCEPT]))


def describe_violations(schema: DataSchema, columns: Columns) -> list[str]:
    """Returns a line for each rule that is broken; the values are written to a file."""
    violations = find_violations(schema.fields, columns)
    if not violations:
        return []
    lines = []
    records: list[broken_values.Record] = []
    for (name, rule), message in violations.items():
        found = broken_values.find(name, rule, schema.fields, columns)
        records.extend(found or [{"problem": message}])
        lines.append(message + broken_values.name_places(found))
    return [*message_groups.shorten(lines, MAX_LINES), validation_report.write(records)]


def find_rule_violations(config: Any, schema: DataSchema, folder: Path) -> Violations:
    """Prepares the data in a folder and returns the rules that it breaks."""
    PROJECT.prepare(config, folder)
    return find_violations(schema.fields, read_columns(config, folder))


def accept(config: Any, known: DataSchema | None) -> list[str]:
    """Writes the schema of the data as it is now; returns the rules that changed."""
    schema = infer_schema(config)
    lines: list[str] = []
    if known and known.source == schema.source:
        violations = find_rule_violations(config, known, PREPARED)
        fields = update_rules(known.fields, schema.fields, violations)
        schema = DataSchema(schema.source, schema.accepted, fields)
        lines = message_groups.shorten(violations.values(), MAX_LINES)
    schema_file.write(schema)
    return lines


def infer_schema(config: Any) -> DataSchema:
    """Returns the schema of the data as if nothing had been accepted before."""
    now = source.identify(config)
    manifest = PROJECT.prepare(config, PREPARED)
    accepted = Accepted(
        files=now.files,
        bytes=now.bytes,
        sha256=now.sha256,
        settings=source.hash_settings(config),
        prepared=manifest["hash"],
        licence=manifest["licence"],
        counts=dict(manifest["counts"]),
    )
    columns = read_columns(config, PREPARED)
    fields = {name: infer_rules(column) for name, column in columns.items()}
    return DataSchema(now.name, accepted, fields)
