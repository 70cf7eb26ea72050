"""`poe cassette NAME`: stores the answers of a training as cassettes/NAME.jsonl."""

import re
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ... import runs
from ...command_line import run
from ...errors import UserError
from . import call_log, cassettes

DESCRIPTION = "Store the answers of hosted models in the last training, or in a run."
FOLDER = Path("cassettes")
NAME = re.compile(r"[\w.-]+")
ARGUMENTS: dict[str, dict[str, Any]] = {
    "name": {"metavar": "NAME", "help": "of the file in cassettes/"},
    "--run": {"metavar": "RUN", "help": "a run in the tracker, instead of the last training"},
}


def main(argv: Sequence[str] | None = None) -> int:
    """Writes the cassette and prints how to use it."""
    return run("cassette", DESCRIPTION, record, argv, ARGUMENTS)


def record(arguments: Namespace) -> None:
    """Writes cassettes/NAME.jsonl."""
    name = arguments.name
    if not NAME.fullmatch(name):
        raise UserError(f'"{name}" is not a name: use letters, digits, ".", "-" and "_"')
    path = FOLDER / f"{name}.jsonl"
    head = write_cassette(arguments.run, path)
    print(f"{path.as_posix()}: {head['answers']} answers, sha256 {head['sha256'][:12]}")
    print(f"to answer from it: {cassettes.VARIABLE}={path.as_posix()} uv run poe train")


def write_cassette(run_id: str | None, path: Path) -> dict[str, Any]:
    """Writes the calls of a run in the tracker, or those of the last training."""
    log = call_log.LOG
    if run_id:
        with TemporaryDirectory() as folder:
            fetched = runs.fetch(run_id, log.name, Path(folder))
            return cassettes.write(fetched, path)
    if not log.is_file():
        raise UserError(f'"{log.as_posix()}" is missing: run "uv run poe train" first')
    return cassettes.write(log, path)


if __name__ == "__main__":
    raise SystemExit(main())
