"""What git prints about this repository."""

import os
import subprocess

# Files that commands write for the first time, to be committed: not a change by the user.
WRITTEN = {"data/schema.yaml", "data/split.yaml", "docs/dataset-card.md", "dvc.lock", "uv.lock"}


def read_git(*arguments: str) -> str | None:
    """Returns what a git command prints; None without git, a repository or a commit."""
    command = ["git", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout


def read_state() -> tuple[str | None, bool | None]:
    """Returns the commit, and whether files differ from it; None where it is not known.

    An image has no repository: RUN_COMMIT names the commit that it was built from.
    """
    commit = read_git("rev-parse", "HEAD")
    known = commit.strip() if commit else os.environ.get("RUN_COMMIT")
    return known or None, has_changes()


def has_changes() -> bool | None:
    """Whether files differ from the commit; a new file that a command wrote does not count."""
    changed = read_git("status", "--porcelain", "--untracked-files=no", ".")
    new = read_git("ls-files", "--others", "--exclude-standard", ".")
    if changed is None or new is None:
        return None
    is_new = not WRITTEN.issuperset(new.splitlines())
    return is_new or bool(changed.strip())
