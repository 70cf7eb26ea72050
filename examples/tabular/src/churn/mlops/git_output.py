"""What git prints about this repository."""

import os
import subprocess


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
    status = read_git("status", "--porcelain", ".")
    known = commit.strip() if commit else os.environ.get("RUN_COMMIT")
    return known or None, None if status is None else bool(status.strip())
