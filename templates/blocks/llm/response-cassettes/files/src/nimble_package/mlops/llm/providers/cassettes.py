"""`python -m nimble_package.mlops.llm.providers.cassettes NAME`: keeps answers as a file.

The recording is the log of calls. With LLM_CASSETTE=FILE in the environment the answers of outside
models come from that file, and no model is asked.
"""

import json
import os
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

from ...manifest import sha256
from ...settings import UserError, command
from . import Pieces, Request, Usage

FOLDER, SETTING = Path("cassettes"), "LLM_CASSETTE"
HERE = ("stub", "offline")  # code of this repository: it answers the same every time
VERSION = 1  # of the file


def key(name: str, messages: Sequence[Any]) -> str:
    """What a request is known by."""
    return sha256(json.dumps([name, messages], sort_keys=True).encode())


def make(log: Path, path: Path) -> dict[str, Any]:
    """Writes the cassette of a log of calls, and returns its first line."""
    from .calls import scrub

    rows = []
    for text in filter(None, log.read_text(encoding="utf-8").split("\n")):
        line = json.loads(text)
        if line["model"].partition(":")[0] in HERE:
            continue
        if "vector" in line:
            rows.append({name: line[name] for name in ("model", "embedding", "text", "vector")})
        elif line["input_tokens"]:  # a try without an answer costs nothing and says nothing
            held = {"key": key(line["model"], line["messages"]), "model": line["model"]}
            kept = ("response", "input_tokens", "output_tokens")
            rows.append(held | {name: line[name] for name in kept})
    if not rows:
        raise UserError(f'"{log.as_posix()}" holds no answer of an outside model')
    body = scrub("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    head = {"cassette": VERSION, "answers": len(rows), "sha256": sha256(body.encode())}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(head) + "\n" + body, encoding="utf-8", newline="\n")
    return head


class Tape:
    """A cassette being played: each request gets its answers in the order they were given."""

    def __init__(self, path: Path) -> None:
        self.path, self.lock = path, Lock()
        self.answers, self.played = defaultdict[str, list[Any]](list), defaultdict[str, int](int)
        name = path.as_posix()
        if not path.is_file():
            raise UserError(f'"{name}" in {SETTING} is no file: "uv run poe cassette" makes one')
        first, _, body = path.read_text(encoding="utf-8").partition("\n")
        try:
            head = json.loads(first)
            version, digest = head["cassette"], head["sha256"]
        except (ValueError, TypeError, KeyError):
            raise UserError(f'"{name}" is no cassette: "uv run poe cassette" makes one') from None
        if version != VERSION:
            raise UserError(f'"{name}" has version {version}, this code reads {VERSION}')
        if digest != sha256(body.encode()):
            raise UserError(f'"{name}" was changed or cut off: its hash is not that of its content')
        for line in map(json.loads, filter(None, body.split("\n"))):
            if "key" in line:
                self.answers[line["key"]].append(line)

    def play(self, name: str, request: Request) -> Pieces:
        """The next recorded answer; the last one again when there is no other."""
        known = key(name, request.messages)
        with self.lock:
            at = self.played[known]
            self.played[known] += 1
        if known not in self.answers:
            asked = request.messages[-1]["content"].strip().split("\n")[-1][:80]
            raise UserError(
                f'"{self.path.as_posix()}" holds no answer of "{name}" to "{asked}": '
                f"record again without {SETTING}"
            )
        line = self.answers[known][min(at, len(self.answers[known]) - 1)]
        yield from line["response"].splitlines(keepends=True)
        yield Usage(line["input_tokens"], line["output_tokens"])


@cache
def _tape(path: str) -> Tape:
    print(f'answers of outside models come from "{path}"', file=sys.stderr)
    return Tape(Path(path))


def wrap(provider: str, ask: Callable[[Request], Pieces]) -> Callable[[Request], Pieces]:
    """The provider, or the cassette in its place; `providers.find` calls this."""
    path = os.environ.get(SETTING)
    if not path or provider in HERE:
        return ask
    tape = _tape(path)
    return lambda request: tape.play(f"{provider}:{request.model}", request)


def main(argv: Sequence[str] | None = None) -> int:
    """Makes a cassette of the last training's calls, or of those of a run in the tracker."""

    def body(options: Any) -> None:
        from .calls import LOG

        if not re.fullmatch(r"[\w.-]+", options.name):
            raise UserError(f'"{options.name}" is no name: letters, digits, ".", "-", "_"')
        path = FOLDER / f"{options.name}.jsonl"
        if options.run:
            from ... import runs

            with TemporaryDirectory() as folder:
                head = make(runs.fetch(options.run, LOG.name, Path(folder)), path)
        elif LOG.is_file():
            head = make(LOG, path)
        else:
            raise UserError(f'"{LOG.as_posix()}" is missing: run "uv run poe train" first')
        print(f"{path.as_posix()}: {head['answers']} answers, sha256 {head['sha256'][:12]}")
        print(f"to answer from it: {SETTING}={path.as_posix()} uv run poe train")

    run = {"metavar": "RUN", "help": "the calls of this run instead of the last training's"}
    return command(__doc__, body, argv, name={"metavar": "NAME"}, **{"--run": run})


if __name__ == "__main__":
    raise SystemExit(main())
