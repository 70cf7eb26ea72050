"""`uv run poe template-update [--days 7]`: merges newer templates of nimble-ml into this branch.

It takes the newest version that was published a week ago, runs `nimble-ml update`, locks the
packages and writes reports/template-update.md. Conflicts are committed with their markers.
"""

import argparse
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

PACKAGE = "generator-nimble-ml"
PAGE = Path("reports/template-update.md")
STABLE = re.compile(r"(\d+)\.(\d+)\.(\d+)")
NO_HOOKS = ["-c", f"core.hooksPath={os.devnull}"]
SECTIONS = {
    "added": "Added",
    "changed": "Changed",
    "removed": "Removed",
    "merged": "Merged with your edits",
    "kept": "Kept as you have it",
}
RESOLVE = """The files below hold both versions, between `<<<<<<< nimble-ml/yours` and `>>>>>>>`.
Resolve them on this branch, then mark the pull request as ready:

```sh
git fetch origin && git switch template-update
# edit the files
uv lock && uv run poe check
git commit --all --message "Resolve the conflicts" && git push
```
"""


class StopError(Exception):
    """Why it ends here, in one line, and the exit status."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


def main(argv: Sequence[str] | None = None) -> int:
    """Returns 0 when templates were merged or nothing is newer, 2 when refused."""
    description = "Merge newer templates of nimble-ml into this branch."
    parser = argparse.ArgumentParser(prog="poe template-update", description=description)
    parser.add_argument("--days", type=int, default=7, help="how old a version has to be (7)")
    days = parser.parse_args(argv).days
    try:
        print(update(days))
    except StopError as stop:
        print(stop, file=sys.stderr if stop.status else sys.stdout)
        return stop.status
    return 0


def update(days: int) -> str:
    """Commits the update to the current branch and returns the page about it."""
    before = read_git("rev-parse", "HEAD")
    command = find_generator(days)
    arguments = ["update", "--yes", "--skip-install", "--json"]
    done = subprocess.run([*command, *arguments], capture_output=True, text=True)
    if done.returncode not in (0, 1) or not done.stdout:
        message = done.stderr.strip() or f"nimble-ml ended with {done.returncode}"
        raise StopError(message, 2)
    change = json.loads(done.stdout)
    if change["conflicts"]:
        paths = [conflict["path"] for conflict in change["conflicts"]]
        run_git("add", "--all", "--", *paths)
        run_git(*NO_HOOKS, "commit", "--quiet", "--no-edit")
    if read_git("rev-parse", "HEAD") == before:
        raise StopError("The templates of this repository are up to date.", 0)
    page = format_page(change, lock_packages(change))
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page, encoding="utf-8", newline="\n")
    return page


def find_generator(days: int) -> list[str]:
    """Returns the command of the newest version that is old enough; NIMBLE_ML names another one."""
    own = os.environ.get("NIMBLE_ML")
    if own:
        return shlex.split(own)
    try:
        shown = subprocess.run(
            ["npm", "view", PACKAGE, "time", "--json"], capture_output=True, text=True, check=True
        )
    except FileNotFoundError:
        raise StopError('"npm" is not installed: install Node.js 20 or newer.', 2) from None
    except subprocess.CalledProcessError as error:
        raise StopError(f"npm does not answer: {error.stderr.strip()}", 2) from None
    newest = choose_version(json.loads(shown.stdout), datetime.now(UTC) - timedelta(days=days))
    answers = json.loads(Path(".yo-rc.json").read_text(encoding="utf-8-sig"))
    current = answers[PACKAGE]["version"]
    if newest is None or order(newest) <= order(current):
        raise StopError(f"nimble-ml {current} is the newest version of {days} days ago.", 0)
    return ["npx", "--yes", "--package", f"{PACKAGE}@{newest}", "nimble-ml"]


def choose_version(published: Mapping[str, str], until: datetime) -> str | None:
    """Returns the newest stable version that was published until then."""
    stable = [name for name in published if STABLE.fullmatch(name)]
    old = [name for name in stable if datetime.fromisoformat(published[name]) <= until]
    return max(old, key=order, default=None)


def order(version: str) -> tuple[int, ...]:
    """Returns the numbers of a version, for comparison; those of a prerelease count as its own."""
    return tuple(int(number) for number in version.split("-")[0].split("."))


def lock_packages(change: Mapping[str, Any]) -> str:
    """Locks and commits uv.lock; returns what could not be done, or an empty text."""
    conflicts = [conflict["path"] for conflict in change["conflicts"]]
    if "pyproject.toml" in conflicts or not Path("uv.lock").exists():
        return ""
    uv = os.environ.get("UV", "uv")
    locked = subprocess.run([uv, "lock"], capture_output=True, text=True)
    if locked.returncode:
        return f"`uv lock` failed: {locked.stderr.strip().splitlines()[-1]}"
    if read_git("status", "--porcelain", "--", "uv.lock"):
        run_git(*NO_HOOKS, "commit", "--quiet", "--message", "Lock the dependencies", "uv.lock")
    return ""


def format_page(change: Mapping[str, Any], problem: str) -> str:
    """Returns what the update changed, as Markdown."""
    before, after = change["from"]["version"], change["to"]["version"]
    parts = [f"nimble-ml {before} → {after}.\n"]
    if change["conflicts"]:
        rows = [f"{one['path']}: {one['reason']}" for one in change["conflicts"]]
        parts.append(f"## Conflicts\n\n{RESOLVE}\n{format_list(rows)}")
    notes = [f"{note['block']}: {note['text']}" for note in change["releaseNotes"]]
    parts.extend(format_section("What is new", notes))
    for key, title in SECTIONS.items():
        parts.extend(format_section(title, [describe(one) for one in change[key]]))
    problems = [problem] if problem else []
    parts.extend(format_section("Notes", [*change["notes"], *problems]))
    return "\n".join(parts)


def describe(entry: str | Mapping[str, str]) -> str:
    """Returns a path, with the reason that is given for it."""
    if isinstance(entry, str):
        return f"`{entry}`"
    reason = entry.get("reason", "")
    return f"`{entry['path']}`{': ' if reason else ''}{reason}"


def format_section(title: str, rows: Sequence[str]) -> list[str]:
    """Returns a heading with a list, or nothing when there are no rows."""
    return [f"## {title}\n\n{format_list(rows)}"] if rows else []


def format_list(rows: Sequence[str]) -> str:
    """Returns one row a line."""
    return "".join(f"- {row}\n" for row in rows)


def read_git(*arguments: str) -> str:
    """Returns what git prints, or stops with what it says."""
    done = subprocess.run(["git", *arguments], capture_output=True, text=True)
    if done.returncode:
        raise StopError(f"git {arguments[0]}: {done.stderr.strip()}", 2)
    return done.stdout.strip()


def run_git(*arguments: str) -> None:
    """Runs git, or stops with what it says."""
    read_git(*arguments)


if __name__ == "__main__":
    sys.exit(main())
