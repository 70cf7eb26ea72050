"""`uv run poe image [build options]` or `… run [command]`: the image, with Docker or Podman."""

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path


def main(argv: Sequence[str] | None = None) -> int:
    """Builds the image, or runs a command in it (default: the training)."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] in (["-h"], ["--help"]):
        print(__doc__)
        return 0
    engine = os.environ.get("CONTAINER_ENGINE") or shutil.which("docker") or shutil.which("podman")
    if engine is None:
        return refuse("Neither docker nor podman is installed: install one of them.")
    if not Path("uv.lock").is_file():
        return refuse('"uv.lock" is missing and the image needs it: run "uv lock", commit it.')
    name = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]["name"]
    if arguments[:1] == ["run"]:
        return run(engine, name, arguments[1:])
    return build(engine, name, arguments)


def build(engine: str, name: str, options: Sequence[str]) -> int:
    """Builds the image and prints how to run it."""
    own_options = [f"--tag={name}", f"--build-arg=REVISION={find_revision()}"]
    status = subprocess.run([engine, "build", *own_options, *options, "."]).returncode
    if status == 0:
        print(f'Built "{name}". Train in it: uv run poe image run. Without poe:')
        print(subprocess.list2cmdline([engine, "run", *make_run_options(engine), name]))
    return status


def run(engine: str, name: str, command: Sequence[str]) -> int:
    """Runs a command in the image, which knows its own id for the run manifest."""
    image_id = read_output(engine, "image", "inspect", "--format={{.Id}}", name)
    if not image_id:
        return refuse(f'There is no image "{name}" yet: run "uv run poe image".')
    options = [*make_run_options(engine), f"--env=RUN_IMAGE={image_id}"]
    return subprocess.run([engine, "run", *options, name, *command]).returncode


def make_run_options(engine: str) -> list[str]:
    """Returns options for no privileges, and a file system that is read-only except /work, /tmp."""
    options = ["--rm", "--read-only", "--tmpfs=/tmp", "--cap-drop=all"]
    options += ["--security-opt=no-new-privileges", f"--volume={Path.cwd()}:/work"]
    if sys.platform != "win32":  # elsewhere files would belong to the user of the image
        options.append(f"--user={os.getuid()}:{os.getgid()}")
    if sys.platform == "linux" and Path(engine).stem == "podman":
        options.append("--security-opt=label=disable")
        if os.getuid() != 0:
            options.append("--userns=keep-id")
    if Path(".env").is_file():
        options.append("--env-file=.env")
    return options


def find_revision() -> str:
    """Returns the commit, marked when files differ from it; empty without git."""
    commit = read_output("git", "rev-parse", "HEAD")
    if commit and read_output("git", "status", "--porcelain"):
        return f"{commit}-dirty"
    return commit


def read_output(*command: str) -> str:
    """Returns what the command prints; empty when it fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()


def refuse(message: str) -> int:
    """Prints one line and returns the exit status for bad usage."""
    print(message, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
