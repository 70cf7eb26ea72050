"""`python -m nimble_package.mlops.storage.push`: sends what dvc.lock names."""

from collections.abc import Sequence
from typing import Any

from .. import settings
from ..settings import UserError
from . import dvc, state


def push() -> str:
    """Pushes what the remote lacks, and says how much that was."""
    state.entries()
    place = dvc.remote()
    now = state.look(place.url)
    if lost := now.remote & now.absent:
        raise UserError(
            f"{state.names(lost)}: named by dvc.lock, but neither in the cache here nor at "
            f"{place.url}, so nothing was sent: {state.MADE}"
        )
    if not now.remote:
        return f"Nothing to send: {now.words(now.sizes)}, all at {place.url} already."
    dvc.run(place.url, "push")
    parts = [f"Sent {now.words(now.remote)}, to {place.url}."]
    if rest := set(now.sizes) - now.remote:
        parts.append(f"There already: {now.words(rest)}.")
    if new := state.unsaved(now.changed):
        changed = f"{state.names(new)} changed since dvc.lock was written"
        parts.append(f"Not sent: {changed}; {state.MADE}.")
    return "\n".join([*parts, "Commit dvc.lock, and others can pull."])


def main(argv: Sequence[str] | None = None) -> int:
    """Sends, and says what moved."""

    def body(_: Any) -> None:
        print(push())

    return settings.command(__doc__, body, argv)


if __name__ == "__main__":
    raise SystemExit(main())
