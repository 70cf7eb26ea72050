"""`python -m nimble_package.mlops.llm.prompts.log [--write WHY]`: the change log."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ....bundle import Prompt, read_prompt
from ... import settings

FOLDER = Path("prompts")
LOG = FOLDER / "changes.jsonl"


@dataclass(frozen=True)
class Change:
    """A version of a prompt, the hash of its text, the day and the reason."""

    id: str
    version: int
    sha256: str
    date: str
    why: str


def prompts() -> list[Prompt]:
    """Every prompt of the folder; its file is named for its id."""
    found = [(path, read_prompt(path)) for path in sorted(FOLDER.glob("*.md"))]
    for path, prompt in found:
        if prompt.id != path.stem:
            raise settings.UserError(f'"{path.as_posix()}" has the id "{prompt.id}": rename one')
    return [prompt for _, prompt in found]


def read(path: Path = LOG) -> list[Change]:
    """The change log, oldest first."""
    lines = path.read_text(encoding="utf-8").split("\n") if path.is_file() else []
    changes = []
    for number, line in enumerate(lines, 1):
        try:
            changes += [TypeAdapter(Change).validate_json(line)] if line.strip() else []
        except ValidationError as error:
            flaw = error.errors()[0]
            where = ".".join(map(str, flaw["loc"]))
            raise settings.UserError(f"{path.as_posix()}:{number}: {where} {flaw['msg']}") from None
    return changes


def compare(now: Sequence[Prompt], changes: Sequence[Change]) -> tuple[list[str], list[Prompt]]:
    """What is wrong with the prompts, and those whose version only lacks its line."""
    newest = {change.id: change for change in changes}  # the last line of an id counts
    problems, unwritten = [], []
    for prompt in now:
        known, name = newest.get(prompt.id), f"{FOLDER.as_posix()}/{prompt.id}.md"
        if known and prompt.version == known.version and prompt.sha256 != known.sha256:
            problems.append(f'"{name}" is not version {known.version} any more: raise its version')
        elif known and prompt.version < known.version:
            problems.append(f'"{name}" is version {prompt.version}, logged is {known.version}')
        elif not known or prompt.version > known.version:
            unwritten.append(prompt)
    return problems, unwritten


def main(argv: Sequence[str] | None = None) -> int:
    """Checks the prompts against the log, or writes what is new."""

    def body(options: Any) -> int:
        problems, unwritten = compare(prompts(), read())
        if options.write is not None and not problems:
            if not options.write.strip():
                raise settings.UserError('"why" is empty: uv run poe prompt-log "shorter"')
            today = date.today().isoformat()
            with LOG.open("a", encoding="utf-8", newline="\n") as log:
                for prompt in unwritten:
                    entry = Change(prompt.id, prompt.version, prompt.sha256, today, options.write)
                    log.write(json.dumps(asdict(entry), ensure_ascii=False) + "\n")
                    print(f"{prompt.id}@{prompt.version}: {options.write}")
            if not unwritten:
                print("nothing to write: every prompt stands in the log as it is")
            return 0
        for prompt in unwritten:
            what = f'"{prompt.id}@{prompt.version}" has no line in {LOG.as_posix()}'
            problems.append(f'{what}: uv run poe prompt-log "why"')
        print("\n".join(problems) or f"{LOG.as_posix()} holds every prompt as it is")
        return int(bool(problems))

    write = {"nargs": "?", "const": "", "metavar": "WHY"}
    return settings.command(__doc__, body, argv, **{"--write": write})


if __name__ == "__main__":
    raise SystemExit(main())
