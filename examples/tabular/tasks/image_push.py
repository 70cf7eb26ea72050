"""`uv run poe image-push`: pushes the image that was checked, and records its digest.

It goes to --to; without it to IMAGE_TARGET, a repository such as registry.example/team/churn or
the JSON that Terraform prints for it; without both, in CI, to the registry of GitHub or GitLab.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import image
import image_registry
from image_registry import Target, UserError

CHECKED = Path("reports/image.json")
RESULT = Path("reports/image-push.json")
CHECKSUMS = Path("reports/image-push.sha256")  # as sha256sum writes it: what CI signs


def main(argv: Sequence[str] | None = None) -> int:
    """Returns 0 when the registry has the image, 1 when that failed, 2 when it was refused."""
    parser = argparse.ArgumentParser(prog="poe image-push", description=__doc__)
    parser.add_argument("--to", metavar="REPOSITORY", help="where to push it, without a tag")
    options = parser.parse_args(argv)
    engine = os.environ.get("CONTAINER_ENGINE") or shutil.which("docker") or shutil.which("podman")
    try:
        if engine is None:
            raise UserError("Neither docker nor podman is installed: install one of them.")
        target = image_registry.find_target(options.to, os.environ)
        image_id, commit = read_checked(engine, read_name())
        push_checked(engine, target, image_id, commit)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    except (subprocess.CalledProcessError, OSError, ValueError) as error:
        print(f"The push did not come to its end: {explain(error)}", file=sys.stderr)
        return 1
    print(f"The digest is in {RESULT.as_posix()}.")
    return 0


def read_name() -> str:
    """Returns the name of the project, which is that of its image."""
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["name"])


def read_checked(engine: str, name: str) -> tuple[str, str]:
    """Returns id and commit of the image, which has to be the one that was checked.

    Raises:
        UserError: There is no image, it was not checked, or it holds what is not committed.
    """
    try:
        record = json.loads(CHECKED.read_text(encoding="utf-8"))
        checked, commit = str(record["image"]), record["commit"]
    except (OSError, ValueError, KeyError, TypeError):
        advice = f'run "uv run poe image-check", which checks "{name}" and writes it'
        raise UserError(f'"{CHECKED.as_posix()}" could not be read: {advice}.') from None
    built = find_id(engine, name) or find_id(engine, checked)  # CI loads it without its name
    if built != checked:
        found = f'is "{built}"' if built else "is not here"
        advice = 'run "uv run poe image-check" again'
        raise UserError(f'The image "{name}" {found}, and "{checked}" was checked: {advice}.')
    if not commit or str(commit).endswith("-dirty"):
        advice = 'commit them, then run "uv run poe image-check" again'
        raise UserError(f'The image "{name}" has files that are in no commit: {advice}.')
    return checked, str(commit)


def find_id(engine: str, name: str) -> str:
    """Returns the id of an image; empty when the engine has no such image."""
    return image.read_output(engine, "image", "inspect", "--format={{.Id}}", name)


def push_checked(engine: str, target: Target, image_id: str, commit: str) -> None:
    """Pushes the image, reads it back by its digest, records it and lets the VM run it."""
    moment = datetime.now(UTC)
    # A tag of its own: registries refuse to move one, and a digest is what counts.
    tagged = f"{target.repository}:{moment:%Y%m%dT%H%M%SZ}-{commit[:12]}"
    with image_registry.logged_in(engine, target):
        run(engine, "tag", image_id, tagged)
        named = f"{target.repository}@{push(engine, tagged)}"
        run(engine, "pull", "--quiet", named)
    arrived = find_id(engine, named)
    if arrived != image_id:
        raise ValueError(f"the registry has {arrived} as {named}, and {image_id} was pushed")
    print(f"Pushed {named}, which is the image that was checked.")
    RESULT.unlink(missing_ok=True)
    image_registry.announce(target, named)
    content = {
        "image": named,
        "tag": tagged,
        "image_id": image_id,
        "commit": commit,
        "created": moment.isoformat(timespec="seconds"),
        "announced": target.announced,
    }
    write(CHECKSUMS, f"{named.rpartition(':')[2]}  {target.repository}\n")
    write(RESULT, json.dumps(content, indent=2) + "\n")


def push(engine: str, tagged: str) -> str:
    """Pushes what has this tag and returns the digest that the registry gave it."""
    if Path(engine).stem == "podman":
        with tempfile.TemporaryDirectory() as folder:
            digest = Path(folder, "digest")
            run(engine, "push", f"--digestfile={digest}", tagged)
            return digest.read_text(encoding="utf-8").strip()
    command = [engine, "push", tagged]
    done = subprocess.run(command, stdout=subprocess.PIPE, encoding="utf-8", check=True)
    print(done.stdout, end="")
    found = re.search(r"digest: (sha256:[0-9a-f]{64})", done.stdout)
    if found is None:
        raise ValueError(f"{engine} printed no digest for {tagged}")
    return found[1]


def run(*command: str) -> None:
    """Runs a command that has to succeed."""
    subprocess.run(command, check=True)


def write(path: Path, text: str) -> None:
    """Writes it with the line ends of every system."""
    path.write_text(text, encoding="utf-8", newline="\n")


def explain(error: Exception) -> str:
    """Returns a readable line; what a program printed is above it."""
    if isinstance(error, subprocess.CalledProcessError):
        program = " ".join(str(word) for word in error.cmd[:2])
        return f'"{program}" ended with status {error.returncode}.'
    return f"{error}."


if __name__ == "__main__":
    sys.exit(main())
