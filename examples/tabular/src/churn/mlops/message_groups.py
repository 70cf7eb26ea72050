"""Shortens a list of messages so that no kind of problem is hidden behind many of another kind."""

import re
from collections.abc import Iterable

MAX_EXAMPLES = 3  # of a kind
IN_BRACKETS = re.compile(r"\([^()]*\)")
NAME = re.compile(r'"[^"]*"')
NUMBER = re.compile(r"\d[\d.,:/-]*")
NAMES = re.compile(r'""(?:(?:,| and|, and) "")+')


def shorten(messages: Iterable[str], most: int) -> list[str]:
    """Returns the messages, or, of more than `most`, the first ones of each kind and their number.

    Messages are of one kind when they differ only in quoted names, in numbers and in brackets.
    """
    every = list(messages)
    if len(every) <= most:
        return every
    kinds = group(every)
    shown = kinds[:most]
    examples = min(MAX_EXAMPLES, max(1, most // len(shown)))
    lines = []
    for alike in shown:
        lines.extend(alike[:examples])
        rest = len(alike) - examples
        if rest > 0:
            lines.append(f"… and {rest} more of this kind")
    others = sum(len(alike) for alike in kinds[most:])
    if others:
        lines.append(f"… and {others} more of {len(kinds) - most} other kinds")
    return lines


def group(messages: Iterable[str]) -> list[list[str]]:
    """Returns the messages of each kind, in the order of their first ones."""
    kinds: dict[str, list[str]] = {}
    for message in messages:
        kinds.setdefault(find_kind(message), []).append(message)
    return list(kinds.values())


def find_kind(message: str) -> str:
    """Returns a message without what differs from one of its kind to the next."""
    without_names = NAME.sub('""', message)
    without_places = IN_BRACKETS.sub("()", without_names)
    return NUMBER.sub("0", NAMES.sub('""', without_places))
