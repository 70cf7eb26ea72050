"""Lets a command print and receive every character, whatever the encoding of the terminal is."""

import codecs
import io
import json
import os
import sys

HANDLER = "escape_as_json"


def accept_every_character() -> None:
    """From now on a character that the output's encoding lacks is printed as an escape of JSON.

    So lines of JSON stay valid, as they do not with the escapes of Python's "backslashreplace".
    """
    codecs.register_error(HANDLER, escape_as_json)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=HANDLER)


def escape_as_json(error: UnicodeError) -> tuple[str, int]:
    """Returns the escapes of what cannot be encoded, and where to continue."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    missing = error.object[error.start : error.end]
    return json.dumps(missing)[1:-1], error.end


def read_arguments() -> list[str]:
    """Returns what was written after the command's name, as the user wrote it.

    Where the locale has no encoding for it (LC_ALL=C without UTF-8 mode), Python keeps its bytes
    as lone surrogates. These are the name of a file if there is one; else they are UTF-8.
    """
    return [_repair(argument) for argument in sys.argv[1:]]


def _repair(argument: str) -> str:
    if os.path.exists(argument):  # noqa: PTH110 - Path.exists raises for a long text
        return argument
    return read_name(argument)


def read_name(name: str) -> str:
    """Returns the name of a file as text, equal in every locale."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return os.fsencode(name).decode("utf-8", errors="replace")
    return name
