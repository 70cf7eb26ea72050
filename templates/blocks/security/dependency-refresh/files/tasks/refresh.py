"""`uv run poe refresh [--days 7]`: packages as of a week ago, and what that changes.

It moves `exclude-newer` in pyproject.toml, locks, runs the checks and a training in an environment
of its own, and writes versions, figures and time into reports/refresh.md. When something fails,
pyproject.toml and uv.lock are as before. models/ and the tracker are left alone.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rehearse import ROOT, flat, lines

UV = os.environ.get("UV", "uv")
PROJECT, LOCK, PAGE = Path("pyproject.toml"), Path("uv.lock"), Path("reports/refresh.md")
NEWEST = re.compile(r'^exclude-newer = "(\d{4}-\d\d-\d\d)[^"]*"', re.MULTILINE)


class StopError(Exception):
    """Why it goes no further, in one line, and the exit code."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


def main(argv: Sequence[str] | None = None) -> int:
    """Ends in 0 when all is newer or nothing was to do, in 1 if a check fails, in 2 if refused."""
    parser = argparse.ArgumentParser(prog="poe refresh", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--days", type=int, default=7, help="how old a package has to be (7)")
    days = parser.parse_args(argv).days
    try:
        print(refresh((datetime.now(UTC) - timedelta(days=days)).date().isoformat()))
    except StopError as stop:
        print(stop, file=sys.stderr if stop.code else sys.stdout)
        return stop.code
    return 0


def refresh(day: str) -> str:
    """Moves every package to `day` and gives the page about it, or puts both files back."""
    text = PROJECT.read_text(encoding="utf-8")
    found = NEWEST.search(text)
    if not found:
        raise StopError(f'"exclude-newer" is missing in {PROJECT}: add it to [tool.uv], a date', 2)
    if subprocess.run(["git", "diff", "--quiet", "HEAD", "--", PROJECT, LOCK]).returncode:
        raise StopError(f'"{PROJECT}" or "{LOCK}" has changes: commit them, or take them back', 2)
    if found[1] >= day:
        raise StopError(f"Packages are as of {found[1]}; nothing is to be done before {day}.", 0)
    as_it_was = {path: path.read_bytes() for path in (PROJECT, LOCK)}
    try:
        newer = NEWEST.sub(f'exclude-newer = "{day}T00:00:00Z"', text, count=1)
        PROJECT.write_text(newer, encoding="utf-8", newline="\n")
        return compare(day, versions(as_it_was[LOCK]))
    except BaseException as error:
        for path, content in as_it_was.items():
            path.write_bytes(content)
        if getattr(error, "code", 0):
            print(f'"{PROJECT}" and "{LOCK}" are as before.', file=sys.stderr)
        raise


def compare(day: str, old: Mapping[str, str]) -> str:
    """Locks, checks and trains with what is newer; the page that says what changed."""
    step("locking", [UV, "lock", "--upgrade"])
    new = versions(LOCK.read_bytes())
    changed = [
        [name, old.get(name, "none"), new.get(name, "none")]
        for name in sorted(old | new)
        if old.get(name) != new.get(name)
    ]
    if not changed:
        raise StopError(f"No package has changed until {day}: all is as before.", 0)
    print(table(["package", "before", "after"], changed), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        own = os.environ | {"UV_PROJECT_ENVIRONMENT": str(Path(folder, "environment"))}
        own.pop("VIRTUAL_ENV", None)
        step("`poe check`", [UV, "run", "--locked", "poe", "check"], own)
        python = [UV, "run", "--locked", "--project", str(ROOT), "python"]
        after, seconds_after = train(Path(folder, "after"), python, own)
        before, seconds_before = train(Path(folder, "before"), [sys.executable], os.environ)
    figures = [[key, show(before.get(key)), show(after.get(key))] for key in before | after]
    took = ["seconds", f"{seconds_before:.0f}", f"{seconds_after:.0f}"]
    page = (
        f"Packages as of {day}. `poe check` passes with them; a training gives:\n\n"
        f"{table(['figure', 'before', 'after'], [*figures, took])}\n\n"
        f"{len(changed)} packages change:\n\n{table(['package', 'before', 'after'], changed)}\n"
    )
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page, encoding="utf-8", newline="\n")
    return f"{page}\n{PAGE} holds this. Now: uv sync --locked, look, commit {PROJECT} and {LOCK}."


def train(
    folder: Path, python: Sequence[str], environment: Mapping[str, str]
) -> tuple[dict[str, Any], float]:
    """The figures of a training with the project's own settings and data, and its seconds."""
    folder.mkdir()
    for name in ["config.yaml", *lines(ROOT / "tests" / "room.txt")]:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / source.name)
    if (ROOT / "data").is_dir():  # a clone that has not trained yet has none
        shutil.copytree(ROOT / "data", folder / "data", ignore=shutil.ignore_patterns("prepared"))
    words = [*python, "-m", "nimble_package.train", "--set", "runtime.track=false"]
    start = time.monotonic()
    step("the training", words, environment, folder)
    seconds = time.monotonic() - start
    return flat(json.loads((folder / "reports/train.json").read_text(encoding="utf-8"))), seconds


def step(
    what: str,
    command: Sequence[str],
    environment: Mapping[str, str] = os.environ,
    folder: Path = ROOT,
) -> None:
    """Runs one step; what it says is shown only when it fails."""
    print(f"{what} …", flush=True)
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode:
        print(done.stdout, done.stderr, sep="\n", file=sys.stderr)
        raise StopError(f"{what} fails with newer packages: what it said stands above.", 1)


def versions(lock: bytes) -> dict[str, str]:
    """Package → version; several of one name, for other systems, stand beside each other."""
    found: dict[str, list[str]] = {}
    for package in tomllib.loads(lock.decode())["package"]:
        if "version" in package:
            found.setdefault(package["name"], []).append(package["version"])
    return {name: ", ".join(sorted(set(some))) for name, some in found.items()}


def show(value: object) -> str:
    """A figure as people read it."""
    return f"{value:.4f}" if isinstance(value, float) else "none" if value is None else str(value)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    every = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in every)


if __name__ == "__main__":
    sys.exit(main())
