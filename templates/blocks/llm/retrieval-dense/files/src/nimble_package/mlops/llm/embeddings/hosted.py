"""Embeddings of a provider: each text is sent once, stored in data/embeddings/, and logged."""

import base64
import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import UserError
from ...files import sha256
from ..providers import call_log
from ..providers.retries import find_delay
from .embedding import Array, Kind

STORE = Path("data/embeddings")
CASSETTE_VARIABLE = "LLM_CASSETTE"
BATCH_SIZE = 64  # texts in one request
TRIES = 5
MAX_MESSAGE = 300  # characters of an error
MAX_TEXT = 80  # characters of a text in a message

Batch = Sequence[Sequence[float]]  # one vector for each text
Vectors = dict[str, Array]  # text -> vector


def embed_once(
    name: str, texts: Sequence[str], kind: Kind, request: Callable[[Sequence[str]], Batch]
) -> Array:
    """Returns the vectors, shape (texts, dimensions); requests those that are not stored.

    Every vector is logged, stored ones too: a run is replayed from reports/calls.jsonl.
    """
    distinct = list(dict.fromkeys(texts))
    cassette = os.environ.get(CASSETTE_VARIABLE)
    if cassette:
        vectors = read_vectors(Path(cassette), name, kind)
        _refuse_missing(cassette, name, distinct, vectors)
    else:
        vectors = _read_or_request(name, distinct, kind, request)
    chosen = {text: vectors[text] for text in distinct}
    for line in make_lines(name, kind, chosen):
        call_log.append(line)
    return np.array([vectors[text] for text in texts])


def _read_or_request(
    name: str, texts: Sequence[str], kind: Kind, request: Callable[[Sequence[str]], Batch]
) -> Vectors:
    digest = sha256(f"{name} {kind}".encode())
    store = STORE / f"{digest[:16]}.jsonl"
    vectors = read_vectors(store, name, kind)
    missing = [text for text in texts if text not in vectors]
    for start in range(0, len(missing), BATCH_SIZE):
        batch = missing[start : start + BATCH_SIZE]
        rows = _request_with_retries(name, batch, request)
        new = {}
        for text, row in zip(batch, rows, strict=True):
            new[text] = np.array(row, dtype=np.float32)
        _append(store, make_lines(name, kind, new))
        vectors.update(new)
    return vectors


def _refuse_missing(cassette: str, name: str, texts: Sequence[str], vectors: Vectors) -> None:
    for text in texts:
        if text not in vectors:
            raise UserError(f'"{cassette}" has no vector of "{name}" for "{text[:MAX_TEXT]}"')


def read_vectors(path: Path, name: str, kind: Kind) -> Vectors:
    """Returns the vectors in a file; a line that was cut off at the end of the file is skipped."""
    vectors: Vectors = {}
    if not path.is_file():
        return vectors
    for text in path.read_text(encoding="utf-8").split("\n"):
        try:
            line = json.loads(text)
        except ValueError:
            continue
        if line.get("model") == name and line.get("embedding") == kind:
            content = base64.b64decode(line["vector"])
            vectors[line["text"]] = np.frombuffer(content, dtype="<f4")
    return vectors


def make_lines(name: str, kind: Kind, vectors: Vectors) -> list[dict[str, Any]]:
    """Returns one line of JSON for each vector, as the store and the log have it."""
    lines = []
    for text, vector in vectors.items():
        content = vector.astype("<f4").tobytes()
        line = {"time": str(datetime.now(UTC)), "model": name, "embedding": kind, "text": text}
        lines.append({**line, "vector": base64.b64encode(content).decode()})
    return lines


def _append(path: Path, lines: Sequence[Mapping[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8", newline="\n") as file:
        for line in lines:
            text = json.dumps(line, ensure_ascii=False)
            file.write(call_log.remove_keys(text) + "\n")


def _request_with_retries(
    name: str, texts: Sequence[str], request: Callable[[Sequence[str]], Batch]
) -> Batch:
    attempt = 0
    while True:
        try:
            return request(texts)
        except UserError:
            raise
        except Exception as error:  # an SDK raises errors of its own
            delay = find_delay(error, attempt)
            attempt += 1
            if delay is None or attempt == TRIES:
                message = " ".join(f"{type(error).__name__}: {error}".split())[:MAX_MESSAGE]
                refusal = f'"{name}" gave no vectors: {message}'
                raise UserError(call_log.remove_keys(refusal)) from None
        time.sleep(delay)
