"""`uv run poe image [build options]` or `… run [command]`: the image, by Docker or Podman."""

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path


def main(argv: Sequence[str] | None = None) -> int:
    """Builds the image, or runs a command in it (without one: the training)."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    engine = os.environ.get("CONTAINER_ENGINE") or shutil.which("docker") or shutil.which("podman")
    if engine is None:
        return refuse("Neither docker nor podman is installed: install one of them.")
    if not Path("uv.lock").is_file():
        return refuse('"uv.lock" is missing and the image follows it: run `uv lock`, commit it.')
    name = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]["name"]
    if arguments[:1] == ["run"]:
        if not (image := output(engine, "image", "inspect", "--format={{.Id}}", name)):
            return refuse(f'There is no image "{name}" yet: build it with `uv run poe image`.')
        options = [*run_options(engine), f"--env=RUN_IMAGE={image}"]
        return subprocess.run([engine, "run", *options, name, *arguments[1:]]).returncode
    options = [f"--tag={name}", f"--build-arg=REVISION={revision()}", *arguments]
    code = subprocess.run([engine, "build", *options, "."]).returncode
    if code == 0:
        print(f'Built "{name}". Train in it: uv run poe image run. By hand:')
        print(subprocess.list2cmdline([engine, "run", *run_options(engine), name]))
    return code


def run_options(engine: str) -> list[str]:
    """No privileges, and nothing to write to but the project and /tmp."""
    options = ["--rm", "--read-only", "--tmpfs=/tmp", "--cap-drop=all"]
    options += ["--security-opt=no-new-privileges", f"--volume={Path.cwd()}:/work"]
    if sys.platform != "win32":  # elsewhere files would belong to the image's user
        options += [f"--user={os.getuid()}:{os.getgid()}"]
    if sys.platform == "linux" and Path(engine).stem == "podman":
        options += ["--security-opt=label=disable", *(["--userns=keep-id"] if os.getuid() else [])]
    return [*options, *(["--env-file=.env"] if Path(".env").is_file() else [])]


def revision() -> str:
    """The commit, marked when files differ from it; nothing without git."""
    commit = output("git", "rev-parse", "HEAD")
    return f"{commit}-dirty" if commit and output("git", "status", "--porcelain") else commit


def output(*command: str) -> str:
    """What the command prints; nothing when it fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()


def refuse(message: str) -> int:
    """One line for a person, and the exit code for bad usage."""
    print(message, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
