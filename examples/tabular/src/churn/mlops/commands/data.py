"""`poe data`: reads the data, checks it and splits it."""

from collections.abc import Sequence

from ...project import PROJECT
from ..hook_points import Command
from ..project import PREPARED
from . import with_hooks

DESCRIPTION = "Read the data, check it and split it."


def main(argv: Sequence[str] | None = None) -> int:
    """Prepares the data and prints what it is; status 2 and the reasons when it has problems."""
    return with_hooks.run("data", DESCRIPTION, prepare, argv)


def prepare(command: Command) -> None:
    """Prepares the configured data."""
    manifest = PROJECT.prepare(command.config, PREPARED)
    counts = ", ".join(f"{count} {split}" for split, count in manifest["counts"].items())
    print(f"{manifest['source']}: {counts}")
    if "summary" in manifest:
        print(manifest["summary"])


if __name__ == "__main__":
    raise SystemExit(main())
