"""What happens before data is prepared, trained on or scored: is it what was accepted?"""

import argparse
from collections.abc import Callable
from typing import Any

from ...config import load
from . import SCHEMA, store

Body = Callable[[Any], int | None]
GUARDED = ("data", "train", "evaluate")


def around(doc: str | None, parser: argparse.ArgumentParser, body: Body) -> Body:
    """`poe data` gets --accept; all that reads data stops when its source has changed."""
    command = (doc or "").partition("`: ")[0].rpartition(".")[2]
    if command == "data":
        words = "take the data as it is now: writes its hash and rules to data/schema.yaml"
        parser.add_argument("--accept", action="store_true", help=words)
        return lambda args: describe(args, body)
    return (lambda args: guard(args, body)) if command in GUARDED else body


def guard(args: Any, body: Body) -> int | None:
    """Before a training or a scoring: an unchanged source, or a sentence about why not."""
    config, known = load(args.config, args.overrides), store.read()
    if known is None:
        print(f'{SCHEMA.as_posix()} is not there yet: "uv run poe data" writes it.')
    elif note := store.refuse_changed(config, known):
        print(note)
    return body(args)


def describe(args: Any, body: Body) -> int | None:
    """`poe data`: describes the data the first time or on --accept, else compares it."""
    config, known = load(args.config, args.overrides), store.read()
    note = store.refuse_changed(config, known) if known and not args.accept else ""
    status = body(args)
    if args.accept or known is None:
        changed = store.accept(config, known)
        print("\n".join([*changed, f"{SCHEMA.as_posix()} says what this data is: commit it."]))
    elif note:
        print(note)
    elif known:
        store.refuse_broken(config, known)
    return status
