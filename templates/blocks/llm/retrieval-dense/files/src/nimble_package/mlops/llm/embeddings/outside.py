"""Embeddings of a provider: asked for once a text, kept in data/embeddings/, and logged."""

import base64
import json
import os
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ...manifest import sha256
from ...settings import UserError
from ..providers.calls import LOG, delay, scrub
from . import Array, Kind

STORE, BATCH, TRIES = Path("data/embeddings"), 64, 5


class Batch(NamedTuple):
    """One row a text, and the tokens they had (0: the provider does not say)."""

    rows: Sequence[Sequence[float]]
    tokens: int


def ask_once(
    name: str, texts: Sequence[str], kind: Kind, ask: Callable[[Sequence[str]], Batch]
) -> Array:
    """The rows of the texts; what the store lacks is asked for, and every row is logged.

    The log (reports/calls.jsonl) is what a run is replayed from, so it holds stored rows too.
    """
    store = STORE / f"{sha256(f'{name} {kind}'.encode())[:16]}.jsonl"
    recorded = os.environ.get("LLM_CASSETTE")  # then nobody is asked
    known = read(Path(recorded) if recorded else store, name, kind)
    missing = [text for text in dict.fromkeys(texts) if text not in known]
    if missing and recorded:
        raise UserError(f'"{recorded}" holds no vector of "{name}" for "{missing[0][:80]}"')
    for at in range(0, len(missing), BATCH):
        part = missing[at : at + BATCH]
        batch = _ask(name, part, ask)
        for text, row in zip(part, batch.rows, strict=True):
            known[text] = np.array(row, dtype=np.float32)
        _append(store, name, kind, {text: known[text] for text in part})
    _append(LOG, name, kind, {text: known[text] for text in dict.fromkeys(texts)})
    return np.array([known[text] for text in texts])


def read(path: Path, name: str, kind: Kind) -> dict[str, Array]:
    """The rows in a file of that form; a line that was cut off at its end does not count."""
    found: dict[str, Array] = {}
    for line in path.read_text(encoding="utf-8").split("\n") if path.is_file() else ():
        try:
            held = json.loads(line)
        except ValueError:
            continue
        if held.get("model") == name and held.get("embedding") == kind:
            found[held["text"]] = np.frombuffer(base64.b64decode(held["vector"]), dtype="<f4")
    return found


def _ask(name: str, texts: Sequence[str], ask: Callable[[Sequence[str]], Batch]) -> Batch:
    for attempt in range(TRIES):
        try:
            return ask(texts)
        except UserError:
            raise
        except Exception as error:
            wait, why = delay(error, attempt), " ".join(f"{type(error).__name__}: {error}".split())
            if wait is None or attempt + 1 == TRIES:
                raise UserError(scrub(f'"{name}" gave no vectors: {why[:300]}')) from None
            time.sleep(wait)
    raise AssertionError


def _append(path: Path, name: str, kind: Kind, rows: dict[str, Array]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8", newline="\n") as file:
        for text, row in rows.items():
            line = {"time": f"{datetime.now(UTC)}", "model": name, "embedding": kind, "text": text}
            vector = base64.b64encode(row.astype("<f4").tobytes()).decode()
            file.write(scrub(json.dumps(line | {"vector": vector}, ensure_ascii=False)) + "\n")
