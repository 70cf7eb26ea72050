"""Which repository an experiment belongs to, where several of them share one tracker.

Without it, two repositories of one name would mix their runs and versions without a word.
"""

from collections.abc import Callable
from typing import Any

from .errors import UserError
from .git_output import read_git

TAG = "repository"
LENGTH = 12  # characters of a commit


def identify() -> str | None:
    """Returns the first commit, with the folder below it; None where git does not know it.

    Every clone and fork has the same one. A shallow clone does not have it.
    """
    is_shallow = (read_git("rev-parse", "--is-shallow-repository") or "true").strip()
    first = (read_git("rev-list", "--max-parents=0", "HEAD") or "").split()
    if is_shallow != "false" or not first:
        return None
    folder = (read_git("rev-parse", "--show-prefix") or "").strip().rstrip("/")
    commit = first[-1][:LENGTH]
    return f"{commit}/{folder}" if folder else commit


def claim(experiment: Any, set_tag: Callable[[str, str], Any]) -> None:
    """Notes the repository at its experiment; raises UserError when it is that of another one."""
    owner = identify()
    if owner is None:
        return
    known = experiment.tags.get(TAG)
    if known is None:
        set_tag(TAG, owner)
    elif known != owner:
        raise UserError(
            f'the experiment "{experiment.name}" of this tracker belongs to another repository '
            f'(first commit "{known}", here "{owner}"): give this one another "experiment" in '
            f'config.yaml, or delete the tag "{TAG}" of the experiment if both are one project'
        )
