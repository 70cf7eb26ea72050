"""What git prints about this repository."""

import subprocess


def read_git(*arguments: str) -> str | None:
    """Returns what a git command prints; None without git, a repository or a commit."""
    command = ["git", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout
