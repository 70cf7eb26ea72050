"""`poe models`: lists the versions of the model."""

import json
from argparse import Namespace
from collections.abc import Sequence
from typing import Any

from ....project import PROJECT
from ...command_line import Arguments, run
from ..store import Store
from ..version import Version

DESCRIPTION = "List the versions of the model, newest first."
HEADER = ["version", "aliases", "metric", "commit", "age", "model"]
SHORT = 10  # characters of a hash


def main(argv: Sequence[str] | None = None) -> int:
    """Prints a table, or one JSON document."""
    arguments: Arguments = {"--json": {"action": "store_true", "help": "print JSON"}}
    return run("models", DESCRIPTION, list_models, argv, arguments)


def list_models(arguments: Namespace) -> None:
    """Prints every version, and what an interrupted promotion left to do."""
    config = PROJECT.load_config(arguments.config, arguments.overrides)
    store = Store(config.experiment)
    versions = store.list_versions()
    newest_first = versions[::-1]
    if arguments.json:
        print(json.dumps([to_json(version) for version in newest_first], indent=2))
        return
    if not versions:
        print('No model is registered: "uv run poe register" registers the current one.')
        return
    print(format_table(newest_first))
    unfinished = store.read_changes(versions).unfinished
    if unfinished:
        print(
            f"A {unfinished.kind} of version {unfinished.champion} was interrupted, or is being "
            'done right now: "uv run poe promote" finishes it.'
        )


def format_table(versions: Sequence[Version]) -> str:
    """Returns one line for each version."""
    rows = [HEADER]
    for version in versions:
        facts = version.facts
        rows.append(
            [
                str(version.number),
                ", ".join(version.aliases) or "-",
                f"{facts.primary_metric} {facts.interval}",
                version.commit,
                version.describe_age(),
                facts.model_sha256[:SHORT],
            ]
        )
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def to_json(version: Version) -> dict[str, Any]:
    """Returns what programs may want to know of a version."""
    facts = vars(version.facts) | {"interval": vars(version.facts.interval)}
    return {
        "name": version.name,
        "version": version.number,
        "aliases": list(version.aliases),
        "created": version.created.isoformat(),
        "run_id": version.run_id,
        **facts,
        "signature": json.loads(version.facts.signature),
    }


if __name__ == "__main__":
    raise SystemExit(main())
