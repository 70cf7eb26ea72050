"""Errors that a user can put right."""

import difflib
from collections.abc import Iterable

MAX_ALLOWED = 40  # names that are printed


class UserError(Exception):
    """Something the user can put right: printed as one line, exit status 2."""


class TransientError(UserError):
    """One whose cause can pass, such as a network that is down: a schedule may try again."""


def suggest(word: object, known: Iterable[object]) -> str:
    """Returns `Did you mean "…"? Allowed: …`, the end of an error message."""
    names = [str(name) for name in known]
    allowed = f"Allowed: {', '.join(names[:MAX_ALLOWED])}"
    if len(names) > MAX_ALLOWED:
        allowed += f" and {len(names) - MAX_ALLOWED} more"
    close = difflib.get_close_matches(str(word), names, n=1)
    if close:
        return f'Did you mean "{close[0]}"? {allowed}'
    return allowed
