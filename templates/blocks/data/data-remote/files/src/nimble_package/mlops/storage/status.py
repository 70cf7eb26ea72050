"""`python -m nimble_package.mlops.storage.status`: where what dvc.lock names is."""

from collections.abc import Sequence
from typing import Any

from .. import settings
from ..settings import UserError
from . import dvc, state


def status() -> str:
    """Here, in the cache, at the remote; each line with what is missing and what brings it."""
    state.entries()
    try:
        url, unset = dvc.remote().url, ""
    except UserError as error:
        url, unset = "", str(error)
    now = state.look(url)
    new = state.unsaved(now.changed)
    lines = [f"dvc.lock names {now.words(now.sizes)}."]
    here = [
        (new, "changed since dvc.lock was written", state.MADE),
        (
            now.changed - new - now.absent,
            "of another version",
            '"uv run poe data-pull" brings this one',
        ),
        (now.gone - now.absent, "missing in the folder", '"uvx --from dvc==3.67.1 dvc checkout"'),
        (now.absent - now.remote, "missing here", '"uv run poe data-pull" brings them'),
        (now.absent & now.remote, "neither here nor there", state.MADE),
    ]
    faults = [
        f"{now.words(paths)} {what}: {state.names(paths)}. {cure}."
        for paths, what, cure in here
        if paths
    ]
    lines += [f"Here: {fault}" for fault in faults] or ["Here: all of it."]
    if unset:
        return "\n".join([*lines, f"Elsewhere: {unset}."])
    unsent = now.remote - now.absent
    there = (
        f'{now.words(unsent)} missing: {state.names(unsent)}. "uv run poe data-push" sends them.'
    )
    return "\n".join([*lines, f"At {url}: {there if unsent else 'all of it.'}"])


def main(argv: Sequence[str] | None = None) -> int:
    """Says where everything is."""

    def body(_: Any) -> None:
        print(status())

    return settings.command(__doc__, body, argv)


if __name__ == "__main__":
    raise SystemExit(main())
