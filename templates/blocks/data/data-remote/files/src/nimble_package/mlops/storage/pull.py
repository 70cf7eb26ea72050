"""`python -m nimble_package.mlops.storage.pull`: brings what dvc.lock names.

First everything is brought into the cache; only when all of it is there are files put in place.
"""

from collections.abc import Sequence
from typing import Any

from .. import settings
from ..settings import UserError
from . import dvc, state


def pull() -> str:
    """Brings what is missing here, and says how much that was."""
    state.entries()
    place = dvc.remote()
    before = state.look(place.url)
    if lost := before.remote & before.absent:
        raise UserError(
            f"{state.names(lost)}: named by dvc.lock, but not at {place.url}, so nothing was "
            'changed here: ask who made this commit for "uv run poe data-push"'
        )
    if not before.absent | before.gone | before.changed:
        return f"Nothing to bring: {before.words(before.sizes)}, all here already."
    if lost := state.unsaved(before.changed):
        raise UserError(
            f"{state.names(lost)}: changed here and saved nowhere, so nothing was brought: "
            f"{state.MADE}, or move them away"
        )
    if before.absent:
        dvc.run(place.url, "fetch")
    outs = {str(out["path"]) for out in state.entries()}  # a stage that never ran has none
    dvc.run(place.url, "checkout", *sorted(outs & before.outs))
    rest = (before.gone | before.changed) - before.absent
    brought = [f"Brought {before.words(before.absent)}, from {place.url}."] if before.absent else []
    return "\n".join([*brought, *([f"From the cache here: {before.words(rest)}."] if rest else [])])


def main(argv: Sequence[str] | None = None) -> int:
    """Brings, and says what moved."""

    def body(_: Any) -> None:
        print(pull())

    return settings.command(__doc__, body, argv)


if __name__ == "__main__":
    raise SystemExit(main())
