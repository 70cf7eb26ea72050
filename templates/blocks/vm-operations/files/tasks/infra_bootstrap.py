"""`uv run poe infra-bootstrap`: a bucket for Terraform's state, with a lock, and the state moved into it."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

INFRA = Path("infra")
STATE = INFRA / "state"


def main(argv: Sequence[str] | None = None) -> int:
    """Makes the bucket, writes infra/backend.tf, moves the states. Further arguments go to the apply."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if not (INFRA / "project.auto.tfvars").is_file():
        return refuse('"infra/project.auto.tfvars" is missing: run this in the root of the repository.')
    if (INFRA / "backend.tf").exists():
        return refuse('"infra/backend.tf" is there already: the state lies where it says. Nothing done.')
    settings = ["-var-file=../project.auto.tfvars", "-compact-warnings"]
    steps = [[STATE, "init", "-input=false"], [STATE, "test"], [STATE, "apply", *settings, *arguments]]
    if code := run(steps):
        return code
    try:
        backend = json.loads(terraform(STATE, "output", "-json", "backend", capture=True).stdout)
    except json.JSONDecodeError:
        return refuse('"infra/state" was not applied: it has no output "backend". Nothing moved.')
    for folder, key in ((STATE, "bootstrap"), (INFRA, "infra")):
        text = describe(backend["type"], backend["settings"], f"{key}/terraform.tfstate")
        (folder / "backend.tf").write_text(text, encoding="utf-8", newline="\n")
        if code := run([[folder, "init", "-input=false", "-migrate-state", "-force-copy"]]):
            (folder / "backend.tf").unlink()
            print(f'"{folder}/backend.tf" is taken back: the state stays where it was.')
            return code
    print("Commit infra/backend.tf and infra/state/backend.tf: from now on everybody shares one state.")
    return 0


def describe(kind: str, settings: dict[str, Any], key: str) -> str:
    """A backend block as `terraform fmt` writes it; json.dumps of a text or a flag is also HCL."""
    name = "prefix" if kind == "gcs" else "key"
    values = {**settings, name: key.removesuffix("/terraform.tfstate") if kind == "gcs" else key}
    width = max(map(len, values))
    lines = [f"    {name:{width}} = {json.dumps(value)}" for name, value in sorted(values.items())]
    head = "# Written by `uv run poe infra-bootstrap`. Two people cannot apply at once: the state is locked.\n\n"
    return "\n".join([f'{head}terraform {{\n  backend "{kind}" {{', *lines, "  }", "}", ""])


def run(steps: list[list[Any]]) -> int:
    """The first exit code that is not 0."""
    return next((code for step in steps if (code := terraform(*step).returncode)), 0)


def terraform(folder: Path, *arguments: str, capture: bool = False) -> subprocess.CompletedProcess[str]:
    """Terraform in a folder."""
    command = ["terraform", f"-chdir={folder}", *arguments]
    return subprocess.run(command, text=True, stdout=subprocess.PIPE if capture else None)


def refuse(message: str) -> int:
    """One line for a person, and the exit code for bad usage."""
    print(message, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
