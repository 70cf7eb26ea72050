"""`uv run poe refresh [--days 7]`: takes the packages of a week ago, and shows what that changes.

It moves `exclude-newer` in pyproject.toml, locks, runs the checks and a training in an environment
of its own, and writes versions, metrics and time to reports/refresh.md. When something fails,
pyproject.toml and uv.lock are restored. models/ and the tracker are left alone.
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
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import determinism
from determinism import COMMANDS, ROOT

UV = os.environ.get("UV", "uv")
PYPROJECT = Path("pyproject.toml")
LOCK = Path("uv.lock")
PAGE = Path("reports/refresh.md")
EXCLUDE_NEWER = re.compile(r'^exclude-newer = "(\d{4}-\d\d-\d\d)[^"]*"', re.MULTILINE)


class StopError(Exception):
    """Why the refresh ends here, in one line, and the exit status."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Training:
    """What a training gave, and how long it took."""

    metrics: dict[str, Any]
    seconds: float


def main(argv: Sequence[str] | None = None) -> int:
    """Returns 0 when all is newer or nothing was to do, 1 when a check fails, 2 when refused."""
    description = "Take the packages of a week ago, and show what that changes."
    parser = argparse.ArgumentParser(prog="poe refresh", description=description)
    parser.add_argument("--days", type=int, default=7, help="how old a package has to be (7)")
    days = parser.parse_args(argv).days
    day = (datetime.now(UTC) - timedelta(days=days)).date().isoformat()
    try:
        print(refresh(day))
    except StopError as stop:
        print(stop, file=sys.stderr if stop.status else sys.stdout)
        return stop.status
    return 0


def refresh(day: str) -> str:
    """Moves every package to `day` and returns the page about it, or restores both files."""
    text = PYPROJECT.read_text(encoding="utf-8")
    match = EXCLUDE_NEWER.search(text)
    if not match:
        message = f'"exclude-newer" is missing in {PYPROJECT}: add it to [tool.uv], with a date'
        raise StopError(message, 2)
    unchanged = ["git", "diff", "--quiet", "HEAD", "--", str(PYPROJECT), str(LOCK)]
    if subprocess.run(unchanged).returncode:
        message = f'"{PYPROJECT}" or "{LOCK}" has changes: commit them, or restore the files'
        raise StopError(message, 2)
    if match[1] >= day:
        raise StopError(f"Packages are as of {match[1]}; there is nothing to do before {day}.", 0)
    originals = {path: path.read_bytes() for path in (PYPROJECT, LOCK)}
    try:
        newer = EXCLUDE_NEWER.sub(f'exclude-newer = "{day}T00:00:00Z"', text, count=1)
        PYPROJECT.write_text(newer, encoding="utf-8", newline="\n")
        return compare(day, read_versions(originals[LOCK]))
    except BaseException as error:
        for path, content in originals.items():
            path.write_bytes(content)
        if getattr(error, "status", 0):
            print(f'"{PYPROJECT}" and "{LOCK}" are restored.', file=sys.stderr)
        raise


def compare(day: str, old: Mapping[str, str]) -> str:
    """Locks, checks and trains with newer packages; returns the page that says what changed."""
    run_step("locking", [UV, "lock", "--upgrade"])
    new = read_versions(LOCK.read_bytes())
    names = [name for name in sorted({*old, *new}) if old.get(name) != new.get(name)]
    changed = [[name, old.get(name, "none"), new.get(name, "none")] for name in names]
    if not names:
        raise StopError(f"No package has changed until {day}: both files are restored.", 0)
    versions = format_table(["package", "before", "after"], changed)
    print(versions, flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = {**os.environ, "UV_PROJECT_ENVIRONMENT": str(folder / "environment")}
        environment.pop("VIRTUAL_ENV", None)
        run_step("`poe check`", [UV, "run", "--locked", "poe", "check"], environment)
        python = [UV, "run", "--locked", "--project", str(ROOT), "python"]
        after = train(folder / "after", python, environment)
        before = train(folder / "before", [sys.executable], os.environ)
    page = (
        f"Packages as of {day}. `poe check` passes with them; a training gives:\n\n"
        f"{format_metrics(before, after)}\n\n"
        f"{len(names)} packages change:\n\n{versions}\n"
    )
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page, encoding="utf-8", newline="\n")
    next_steps = f"run uv sync --locked, look at the metrics, commit {PYPROJECT} and {LOCK}"
    return f"{page}\nThis is also in {PAGE}. Next: {next_steps}."


def format_metrics(before: Training, after: Training) -> str:
    """Returns metrics and seconds of both trainings as a table."""
    rows = []
    for key in {**before.metrics, **after.metrics}:
        values = [before.metrics.get(key), after.metrics.get(key)]
        rows.append([key, *(format_value(value) for value in values)])
    rows.append(["seconds", f"{before.seconds:.0f}", f"{after.seconds:.0f}"])
    return format_table(["metric", "before", "after"], rows)


def train(folder: Path, python: Sequence[str], environment: Mapping[str, str]) -> Training:
    """Trains in `folder` with the project's own settings and data."""
    copy_repository(folder)
    if (ROOT / "data").is_dir():  # a clone that has not trained yet has none
        ignored = shutil.ignore_patterns("prepared")
        shutil.copytree(ROOT / "data", folder / "data", ignore=ignored, dirs_exist_ok=True)
    command = [*python, "-m", f"{COMMANDS}.train", "--set", "runtime.track=false"]
    start = time.monotonic()
    run_step("the training", command, environment, folder)
    seconds = time.monotonic() - start
    metrics = json.loads((folder / "reports/train.json").read_text(encoding="utf-8"))
    return Training(determinism.flatten(metrics), seconds)


def copy_repository(folder: Path) -> None:
    """Copies every file that git knows: settings, lock file, and whatever else a training reads."""
    command = ["git", "ls-files", "-z"]
    listed = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, errors="replace", check=True
    )
    for name in listed.stdout.split("\0"):
        source = ROOT / name
        if source.is_file():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)


def run_step(
    what: str,
    command: Sequence[str],
    environment: Mapping[str, str] = os.environ,
    folder: Path = ROOT,
) -> None:
    """Runs one step; its output is shown only when it fails."""
    print(f"{what} ...", flush=True)
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, errors="replace"
    )
    if done.returncode:
        print(done.stdout, done.stderr, sep="\n", file=sys.stderr)
        raise StopError(f"{what} fails with newer packages: its output is above.", 1)


def read_versions(lock: bytes) -> dict[str, str]:
    """Returns package -> version; several of one name, for other systems, are joined."""
    versions: dict[str, list[str]] = {}
    for package in tomllib.loads(lock.decode())["package"]:
        if "version" in package:
            versions.setdefault(package["name"], []).append(package["version"])
    return {name: ", ".join(sorted(set(found))) for name, found in versions.items()}


def format_value(value: object) -> str:
    """Returns a metric with four digits."""
    if value is None:
        return "none"
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def format_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Returns a table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    sys.exit(main())
