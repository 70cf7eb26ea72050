"""After `poe data`: the dataset card says what data/schema.yaml says."""

import argparse
from collections.abc import Callable
from typing import Any

from ...config import load
from ..schema import store
from . import card

Body = Callable[[Any], int | None]


def around(doc: str | None, _: argparse.ArgumentParser, body: Body) -> Body:
    """Writes docs/dataset-card.md when `poe data` went well and the card is another one."""
    command = (doc or "").partition("`: ")[0].rpartition(".")[2]
    return (lambda args: write_after(args, body)) if command == "data" else body


def write_after(args: Any, body: Body) -> int | None:
    """The status of `body`, which has accepted or compared the data."""
    status, known = body(args), store.read()
    if not status and known and card.ANSWERS.is_file():
        answers = card.read_answers()
        text = card.render(load(args.config).experiment, known, answers)
        before = card.CARD.read_text(encoding="utf-8") if card.CARD.is_file() else ""
        if text != before:
            card.CARD.parent.mkdir(exist_ok=True)
            card.CARD.write_text(text, encoding="utf-8", newline="\n")
            print(f"{card.CARD.as_posix()} is written anew: commit it.")
        if answers["about"] != known["source"]:
            print(f'Its sentences, in {card.ANSWERS.as_posix()}, are about "{answers["about"]}".')
    return status
