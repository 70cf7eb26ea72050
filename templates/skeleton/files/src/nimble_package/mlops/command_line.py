"""What every command has in common: options, hooks, and errors as one line."""

import argparse
import codecs
import json
import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from . import disk_errors, user_paths
from .any_encoding import accept_every_character, read_arguments
from .errors import TransientError, UserError

EXCERPT = 40  # characters before and after one that cannot be encoded
PACKAGE = __name__.partition(".")[0]
PASSING: list[str] = []  # errors of this process whose cause can pass, for who started it
Body = Callable[[argparse.Namespace], int | None]
Arguments = dict[str, dict[str, Any]]  # name -> what argparse takes for it


def run(
    name: str,
    description: str,
    body: Body,
    argv: Sequence[str] | None = None,
    arguments: Arguments | None = None,
) -> int:
    """Runs `body` with --config, --set and `arguments`; returns the exit status.

    A UserError is one line on standard error and status 2. `body` returns None for success.
    """
    parser = make_parser(name, description, arguments or {})
    show_progress()
    return catch_errors(lambda: body(parse(parser, argv)))


def parse(parser: argparse.ArgumentParser, argv: Sequence[str] | None) -> argparse.Namespace:
    """Returns the options in `argv`, or in what the user wrote."""
    return parser.parse_args(read_arguments() if argv is None else argv)


def make_parser(name: str, description: str, arguments: Arguments) -> argparse.ArgumentParser:
    """Returns the parser of one command."""
    parser = argparse.ArgumentParser(prog=f"poe {name}", description=description)
    parser.add_argument(
        "--config",
        type=user_paths.find,
        default=Path("config.yaml"),
        metavar="FILE",
        help="the settings (default: config.yaml)",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        dest="overrides",
        metavar="KEY=VALUE",
        help="change one setting for this run; may be repeated",
    )
    for argument, options in arguments.items():
        parser.add_argument(argument, **options)
    return parser


class PrintHandler(logging.Handler):
    """Prints messages to where standard output is at that moment."""

    def emit(self, record: logging.LogRecord) -> None:
        """Prints one message."""
        print(self.format(record), flush=True)


def show_progress() -> None:
    """Prints what this package logs, as plain lines."""
    package = logging.getLogger(PACKAGE)
    package.handlers = [PrintHandler()]
    package.setLevel(logging.INFO)


def describe_encoding(error: UnicodeEncodeError) -> str:
    """Returns what cannot be encoded, and what to do."""
    start = max(0, error.start - EXCERPT)
    excerpt = json.dumps(error.object[start : error.end + EXCERPT])
    if codecs.lookup(error.encoding).name == "utf-8":
        hint = "rename the file, or mend the text"
        return f"{excerpt} has half a character, or a name in another encoding: {hint}"
    hint = "set the environment variable PYTHONUTF8=1, or a locale with UTF-8"
    return f"{excerpt} is not a name in {error.encoding}: {hint}"


def catch_errors(action: Callable[[], int | None]) -> int:
    """Returns the status of `action`; what a user can put right is printed, status 2."""
    accept_every_character()
    try:
        status = action() or 0
        sys.stdout.flush()  # here, so that a closed pipe is noticed before Python ends
        return status
    except UserError as error:
        if isinstance(error, TransientError):
            PASSING.append(str(error))
        print(error, file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        name = (error.name or "").partition(".")[0]
        if name in ("", PACKAGE):
            raise
        add = 'add its package with "uv add PACKAGE", or install what the lock file has: "uv sync"'
        print(f'The Python module "{error.name}" is not installed: {add}', file=sys.stderr)
        return 2
    except UnicodeEncodeError as error:
        print(describe_encoding(error), file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader has enough, as in `poe predict FILE | head`
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())  # else Python fails when it flushes at its end
        return 0
    except OSError as error:
        message = disk_errors.explain(error)
        if not message:
            raise
        print(message, file=sys.stderr)
        return 2
