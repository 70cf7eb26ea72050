"""`poe register`: makes the current model a version of the registry, as the challenger."""

from argparse import Namespace
from collections.abc import Sequence

from ....project import PROJECT
from ...command_line import run
from ..versions import register

DESCRIPTION = 'Register the current model as a version with the alias "challenger".'


def main(argv: Sequence[str] | None = None) -> int:
    """Prints the version; status 2 when the model cannot be registered."""
    return run("register", DESCRIPTION, register_current, argv)


def register_current(arguments: Namespace) -> None:
    """Registers, or says why there is nothing to register."""
    config = PROJECT.load_config(arguments.config, arguments.overrides)
    registration = register(config)
    facts = registration.version.facts
    print(registration.note)
    print(f"{facts.primary_metric} {facts.interval} on {facts.interval.examples} examples.")
    if registration.is_new and facts.is_dirty:
        print("Warning: files differed from the commit when it was trained: commit, train again.")
    if registration.is_new:
        print(
            '"uv run poe models" lists every version; "uv run poe promote" makes it the champion.'
        )


if __name__ == "__main__":
    raise SystemExit(main())
