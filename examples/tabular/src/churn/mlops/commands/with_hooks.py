"""Runs a command of the project with the hooks that hooks.py registers."""

from argparse import Namespace
from collections.abc import Callable, Sequence

from ...project import PROJECT
from ..command_line import Arguments, catch_errors, make_parser, parse, show_progress
from ..hook_points import Command
from ..hooks import HOOKS

Body = Callable[[Command], int | None]


def run(
    name: str,
    description: str,
    body: Body,
    argv: Sequence[str] | None = None,
    arguments: Arguments | None = None,
) -> int:
    """Runs `body` between the hooks `before_command` and `after_command`; returns the status."""
    parser = make_parser(name, description, arguments or {})
    show_progress()
    for add_arguments in HOOKS.add_arguments:
        add_arguments(name, parser)
    return catch_errors(lambda: _run(name, body, parse(parser, argv)))


def _run(name: str, body: Body, arguments: Namespace) -> int:
    config = PROJECT.load_config(arguments.config, arguments.overrides)
    command = Command(name, config, arguments)
    for before_command in HOOKS.before_command:
        before_command(command)
    status = body(command) or 0
    for after_command in HOOKS.after_command:
        status = after_command(command, status)
    return status
