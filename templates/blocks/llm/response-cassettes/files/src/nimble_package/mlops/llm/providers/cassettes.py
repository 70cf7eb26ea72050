"""Replays the recorded answers of hosted models from a file.

The recording is the log of calls. With LLM_CASSETTE=FILE in the environment the answers of hosted
models come from that file, and no model is asked.
"""

import json
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from ...errors import UserError
from ...files import sha256
from . import call_log
from .request import Ask, Pieces, Request, Usage

VARIABLE = "LLM_CASSETTE"
LOCAL_PROVIDERS = ("stub", "offline")  # code of this repository: it answers the same every time
VERSION = 1  # of the file format
ANSWER_KEYS = ("response", "input_tokens", "output_tokens")
VECTOR_KEYS = ("model", "embedding", "text", "vector")
MAX_QUESTION = 80  # characters of a question in a message
CREATE = '"uv run poe cassette" creates one'


def is_local(name: str) -> bool:
    """Returns whether `provider` or `provider:model` is code of this repository."""
    return name.partition(":")[0] in LOCAL_PROVIDERS


def make_key(name: str, messages: Sequence[Mapping[str, str]]) -> str:
    """Returns what identifies a request: its model and its messages."""
    content = json.dumps([name, messages], sort_keys=True)
    return sha256(content.encode())


def write(log: Path, path: Path) -> dict[str, Any]:
    """Writes the cassette of a log of calls; returns its head, which has the hash of the rest."""
    rows = []
    for line in call_log.read(log):
        row = _make_row(line)
        if row:
            rows.append(json.dumps(row, ensure_ascii=False) + "\n")
    if not rows:
        raise UserError(f'"{log.as_posix()}" has no answer of a hosted model')
    body = call_log.remove_keys("".join(rows))
    head = {"cassette": VERSION, "answers": len(rows), "sha256": sha256(body.encode())}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(head) + "\n" + body, encoding="utf-8", newline="\n")
    return head


def _make_row(line: Mapping[str, Any]) -> dict[str, Any]:
    """The answer or the vector in a line of the log; empty when nothing is to be recorded."""
    if is_local(line["model"]):
        return {}
    if "vector" in line:
        return {key: line[key] for key in VECTOR_KEYS}
    if line["input_tokens"] == 0:  # a try without an answer costs nothing
        return {}
    answer = {key: line[key] for key in ANSWER_KEYS}
    return {"key": make_key(line["model"], line["messages"]), "model": line["model"], **answer}


def read_body(path: Path) -> str:
    """Returns the recorded lines; raises UserError for a file that is not a whole cassette."""
    name = path.as_posix()
    if not path.is_file():
        raise UserError(f'"{name}" in {VARIABLE} is missing: {CREATE}')
    first, _, body = path.read_text(encoding="utf-8").partition("\n")
    try:
        head = json.loads(first)
        version, digest = head["cassette"], head["sha256"]
    except (ValueError, TypeError, KeyError):
        raise UserError(f'"{name}" is not a cassette: {CREATE}') from None
    if version != VERSION:
        raise UserError(f'"{name}" has version {version}, this code reads version {VERSION}')
    if digest != sha256(body.encode()):
        raise UserError(f'"{name}" was changed or cut off: its hash is not that of its content')
    return body


class Cassette:
    """Recorded answers; each request gets its answers in the order in which they were given."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.answers: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        self._replayed: Counter[str] = Counter()
        self._lock = Lock()
        for text in read_body(path).split("\n"):
            row = json.loads(text) if text else {}
            if "key" in row:
                self.answers[row["key"]].append(row)

    def replay(self, name: str, request: Request) -> Pieces:
        """Returns the next recorded answer; the last one again when there is no other."""
        key = make_key(name, request.messages)
        if key not in self.answers:
            self._refuse(name, request)
        with self._lock:
            index = self._replayed[key]
            self._replayed[key] += 1
        answers = self.answers[key]
        answer = answers[min(index, len(answers) - 1)]
        yield from answer["response"].splitlines(keepends=True)
        yield Usage(answer["input_tokens"], answer["output_tokens"])

    def _refuse(self, name: str, request: Request) -> None:
        content = request.messages[-1]["content"].strip()
        question = content.split("\n")[-1][:MAX_QUESTION]
        missing = f'"{self.path.as_posix()}" has no answer of "{name}" to "{question}"'
        raise UserError(f"{missing}: record again without {VARIABLE}")


@cache
def open_cassette(path: str) -> Cassette:
    """Returns the cassette in a file, and says once that it is used."""
    print(f'answers of hosted models come from "{path}"', file=sys.stderr)
    return Cassette(Path(path))


def wrap(provider: str, ask: Ask) -> Ask:
    """Returns the provider, or the cassette in its place; registry.py calls this."""
    path = os.environ.get(VARIABLE)
    if not path or is_local(provider):
        return ask
    cassette = open_cassette(path)

    def replay(request: Request) -> Pieces:
        return cassette.replay(f"{provider}:{request.model}", request)

    return replay
