"""`poe data-push`: uploads what dvc.lock names."""

from argparse import Namespace
from collections.abc import Sequence

from ..command_line import run as run_command
from ..errors import UserError
from . import data_files, dvc
from .data_files import REPRO

DESCRIPTION = "Upload the data and models that dvc.lock names."


def push() -> str:
    """Uploads what the remote lacks; returns how much that was."""
    data_files.read_outs()
    remote = dvc.read_remote()
    files = data_files.inspect(remote.url)
    if lost := files.not_in_remote & files.not_in_cache:
        raise UserError(
            f"{data_files.format_names(lost)}: named by dvc.lock, but neither in the cache here "
            f"nor at {remote.url}, so nothing was uploaded: {REPRO}"
        )
    if not files.not_in_remote:
        return f"Nothing to upload: {files.describe(files.sizes)} are at {remote.url} already."
    dvc.run(remote.url, "push")
    sentences = [f"Uploaded {files.describe(files.not_in_remote)} to {remote.url}."]
    if present := set(files.sizes) - files.not_in_remote:
        sentences.append(f"Already there: {files.describe(present)}.")
    if unsaved := data_files.find_unsaved(files.changed):
        names = data_files.format_names(unsaved)
        sentences.append(f"Not uploaded: {names} changed since dvc.lock was written; {REPRO}.")
    return "\n".join([*sentences, "Commit dvc.lock, and others can pull."])


def main(argv: Sequence[str] | None = None) -> int:
    """Uploads, and prints what was moved."""
    return run_command("data-push", DESCRIPTION, print_push, argv)


def print_push(_arguments: Namespace) -> None:
    """Uploads, and prints what was moved."""
    print(push())


if __name__ == "__main__":
    raise SystemExit(main())
