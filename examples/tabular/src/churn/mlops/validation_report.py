"""What is wrong with the data, value by value, in a file: reports/validation.jsonl.

Each line is a JSON object. A value that breaks a rule has `column`, `place` (the line or the file
that it comes from), `row`, `value`, `check` and `limit`; what the reader finds has `problem`.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ..project import PROJECT
from .errors import UserError
from .files import write_whole
from .prepared_files import shorten
from .project import REPORTS

FILE = REPORTS / "validation.jsonl"


def prepare(config: Any, folder: Path) -> Mapping[str, Any]:
    """Prepares the data as the project does; on problems all of them are written to the file."""
    try:
        return PROJECT.prepare(config, folder)
    except UserError as error:
        problems = PROJECT.check(config)
        if not problems:
            raise
        raise refuse(problems) from error


def refuse(problems: list[str]) -> UserError:
    """Writes all problems that the reader found; returns an error with the first ones."""
    return UserError(f"{shorten(problems)}\n{write({'problem': line} for line in problems)}")


def write(records: Iterable[Mapping[str, Any]]) -> str:
    """Writes a line for each record; returns a sentence that names the file."""
    lines = [json.dumps(dict(record), ensure_ascii=False) for record in records]
    FILE.parent.mkdir(parents=True, exist_ok=True)
    content = "".join(f"{line}\n" for line in lines)
    write_whole(FILE, content.encode("utf-8", "surrogatepass"))
    what = "It is" if len(lines) == 1 else f"All {len(lines)} are"
    return f'{what} in "{FILE.as_posix()}", one line each.'


def clear() -> None:
    """Removes the file of an earlier validation, when the data has no problem any more."""
    FILE.unlink(missing_ok=True)
