"""`poe prompts` and `poe prompt-log WHY`: the change log of the prompts."""

import json
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ....adapters.prompts import Prompt, read_prompt
from ...command_line import run
from ...errors import UserError

FOLDER = Path("prompts")
LOG = FOLDER / "changes.jsonl"
DESCRIPTION = "Compare the prompts with prompts/changes.jsonl, or add what is new to it."
ARGUMENTS: dict[str, dict[str, Any]] = {
    "--write": {"nargs": "?", "const": "", "metavar": "WHY", "help": "add lines with this reason"}
}


@dataclass(frozen=True)
class Change:
    """A version of a prompt, the hash of its text, the day and the reason."""

    id: str
    version: int
    sha256: str
    date: str
    why: str


def read_prompts() -> list[Prompt]:
    """Returns every prompt of the folder; raises UserError when a file has another name."""
    prompts = []
    for path in sorted(FOLDER.glob("*.md")):
        prompt = read_prompt(path)
        if prompt.id != path.stem:
            raise UserError(f'"{path.as_posix()}" has the id "{prompt.id}": rename one of them')
        prompts.append(prompt)
    return prompts


def read_changes(path: Path = LOG) -> list[Change]:
    """Returns the change log, oldest first."""
    if not path.is_file():
        return []
    lines = path.read_text(encoding="utf-8").split("\n")
    changes = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            changes.append(_read_line(f"{path.as_posix()}:{number}", line))
    return changes


def _read_line(place: str, line: str) -> Change:
    try:
        return TypeAdapter(Change).validate_json(line)
    except ValidationError as error:
        detail = error.errors()[0]
        key = ".".join(str(part) for part in detail["loc"])
        raise UserError(f"{place}: {key} {detail['msg']}") from None


def compare(prompts: Sequence[Prompt], changes: Sequence[Change]) -> tuple[list[str], list[Prompt]]:
    """Returns what is wrong with the prompts, and those whose version has no line yet."""
    newest = {change.id: change for change in changes}  # the last line of an id counts
    problems = []
    unlogged = []
    for prompt in prompts:
        logged = newest.get(prompt.id)
        name = f"{FOLDER.as_posix()}/{prompt.id}.md"
        if logged is None or prompt.version > logged.version:
            unlogged.append(prompt)
        elif prompt.version < logged.version:
            problems.append(f'"{name}" is version {prompt.version}, the log has {logged.version}')
        elif prompt.sha256 != logged.sha256:
            problems.append(f'"{name}" is not version {logged.version} any more: raise its version')
    return problems, unlogged


def main(argv: Sequence[str] | None = None) -> int:
    """Compares the prompts with the log, or adds what is new."""
    return run("prompts", DESCRIPTION, check_or_write, argv, ARGUMENTS)


def check_or_write(arguments: Namespace) -> int:
    """Returns 1 when a prompt differs from the log; with --write, new versions get a line."""
    problems, unlogged = compare(read_prompts(), read_changes())
    if arguments.write is not None and not problems:
        write(unlogged, arguments.write)
        return 0
    for prompt in unlogged:
        missing = f'"{prompt.id}@{prompt.version}" has no line in {LOG.as_posix()}'
        problems.append(f'{missing}: uv run poe prompt-log "why"')
    if problems:
        print("\n".join(problems))
        return 1
    print(f"{LOG.as_posix()} has every prompt as it is")
    return 0


def write(prompts: Sequence[Prompt], why: str) -> None:
    """Adds one line for each prompt."""
    if not why.strip():
        raise UserError('"why" is empty: uv run poe prompt-log "shorter"')
    if not prompts:
        print("nothing to add: the log has every prompt as it is")
    today = date.today().isoformat()
    with LOG.open("a", encoding="utf-8", newline="\n") as file:
        for prompt in prompts:
            change = Change(prompt.id, prompt.version, prompt.sha256, today, why)
            file.write(json.dumps(asdict(change), ensure_ascii=False) + "\n")
            print(f"{prompt.id}@{prompt.version}: {why}")


if __name__ == "__main__":
    raise SystemExit(main())
