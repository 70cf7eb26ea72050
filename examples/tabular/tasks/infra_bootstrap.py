"""`uv run poe infra-bootstrap`: a bucket for Terraform's state, with a lock; moves the state."""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

INFRA = Path("infra")
STATE = INFRA / "state"
HEAD = "# Written by `uv run poe infra-bootstrap`. The state is locked while somebody applies.\n"


def main(argv: Sequence[str] | None = None) -> int:
    """Makes the bucket, writes backend.tf, moves the states. Arguments go to the apply."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] in (["-h"], ["--help"]):
        print(__doc__)
        return 0
    if shutil.which("terraform") is None:
        return refuse("Terraform is not installed: see developer.hashicorp.com/terraform/install.")
    if not (INFRA / "project.auto.tfvars").is_file():
        return refuse('"infra/project.auto.tfvars" is missing: run this in the repository\'s root.')
    if (INFRA / "backend.tf").exists():
        return refuse('"infra/backend.tf" is there: the state lies where it says. Nothing done.')
    settings = ["-var-file=../project.auto.tfvars", "-compact-warnings", *arguments]
    for command in (["init", "-input=false"], ["test"], ["apply", *settings]):
        if code := terraform(STATE, *command):
            return code
    backend = read_output(STATE, "backend")
    if backend is None:
        return refuse('"infra/state" was not applied: it has no output "backend". Nothing moved.')
    for folder, key in ((STATE, "bootstrap"), (INFRA, "infra")):
        text = describe(backend["type"], backend["settings"], key)
        (folder / "backend.tf").write_text(text, encoding="utf-8", newline="\n")
        if code := terraform(folder, "init", "-input=false", "-migrate-state", "-force-copy"):
            (folder / "backend.tf").unlink()
            print(f'"{folder}/backend.tf" is taken back; the state stays where it was. Try again.')
            return code
    print("From now on everybody shares one state: commit infra/backend.tf, infra/state/backend.tf")
    print("and both .terraform.lock.hcl.")
    return 0


def describe(kind: str, settings: dict[str, str | bool], key: str) -> str:
    """A backend block as `terraform fmt` writes it; JSON's texts and flags are also HCL's."""
    place = {"prefix": key} if kind == "gcs" else {"key": f"{key}/terraform.tfstate"}
    values = sorted({**settings, **place}.items())
    width = max(len(name) for name, _ in values)
    lines = [f"    {name:{width}} = {json.dumps(value)}" for name, value in values]
    return "\n".join([HEAD, f'terraform {{\n  backend "{kind}" {{', *lines, "  }", "}", ""])


def terraform(folder: Path, *arguments: str) -> int:
    """Runs Terraform in a folder; gives its exit code."""
    return subprocess.run(["terraform", f"-chdir={folder}", *arguments]).returncode


def read_output(folder: Path, name: str) -> dict[str, Any] | None:
    """What was applied says of itself; nothing when it was not."""
    command = ["terraform", f"-chdir={folder}", "output", "-json", name]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace")
    return json.loads(done.stdout) if done.returncode == 0 else None


def refuse(message: str) -> int:
    """One line for a person, and the exit code for bad usage."""
    print(message, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
