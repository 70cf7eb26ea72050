"""`poe data-status`: where the files are that dvc.lock names."""

from argparse import Namespace
from collections.abc import Sequence

from ..command_line import run as run_command
from ..errors import UserError
from . import data_files, dvc
from .data_files import REPRO, DataFiles

DESCRIPTION = "Show which data and models are here, and which are at the remote."
CHECKOUT = f'"uvx --from dvc=={dvc.VERSION} dvc checkout"'
PULL = '"uv run poe data-pull"'


def describe_status() -> str:
    """Returns what is here and at the remote, and how to get what is missing."""
    data_files.read_outs()
    url, no_remote = "", ""
    try:
        url = dvc.read_remote().url
    except UserError as error:
        no_remote = str(error)
    files = data_files.inspect(url)
    lines = [f"dvc.lock names {files.describe(files.sizes)}."]
    lines += _describe_folder(files) or ["Here: all of it."]
    if no_remote:
        lines.append(f"Elsewhere: {no_remote}.")
        return "\n".join(lines)
    missing = files.not_in_remote - files.not_in_cache
    if not missing:
        lines.append(f"At {url}: all of it.")
        return "\n".join(lines)
    names = data_files.format_names(missing)
    lines.append(
        f"At {url}: {files.describe(missing)} missing: {names}. "
        '"uv run poe data-push" uploads them.'
    )
    return "\n".join(lines)


def _describe_folder(files: DataFiles) -> list[str]:
    """A sentence for each kind of difference between this folder and dvc.lock."""
    unsaved = data_files.find_unsaved(files.changed)
    other_version = files.changed - unsaved - files.not_in_cache
    deleted = files.not_in_folder - files.not_in_cache
    missing = files.not_in_cache - files.not_in_remote
    lost = files.not_in_cache & files.not_in_remote
    differences = [
        (unsaved, "changed since dvc.lock was written", REPRO),
        (other_version, "of another version", f"{PULL} restores this one"),
        (deleted, "missing in the folder", f"{CHECKOUT} restores them"),
        (missing, "missing here", f"{PULL} downloads them"),
        (lost, "neither here nor at the remote", REPRO),
    ]
    sentences = []
    for paths, what, hint in differences:
        if paths:
            names = data_files.format_names(paths)
            sentences.append(f"Here: {files.describe(paths)} {what}: {names}. {hint}.")
    return sentences


def main(argv: Sequence[str] | None = None) -> int:
    """Prints where everything is."""
    return run_command("data-status", DESCRIPTION, print_status, argv)


def print_status(_arguments: Namespace) -> None:
    """Prints where everything is."""
    print(describe_status())


if __name__ == "__main__":
    raise SystemExit(main())
