"""`poe data-pull`: downloads what dvc.lock names.

First everything is fetched into the cache; only when all of it is there are files replaced.
"""

from argparse import Namespace
from collections.abc import Sequence

from ..command_line import run as run_command
from ..errors import UserError
from . import data_files, dvc
from .data_files import REPRO, DataFiles

DESCRIPTION = "Download the data and models that dvc.lock names."


def pull() -> str:
    """Downloads what is missing here; returns how much that was."""
    data_files.read_outs()
    remote = dvc.read_remote()
    before = data_files.inspect(remote.url)
    _refuse_lost(before, remote)
    missing = before.not_in_cache | before.not_in_folder | before.changed
    if not missing:
        return f"Nothing to download: {before.describe(before.sizes)} are here already."
    if unsaved := data_files.find_unsaved(before.changed):
        raise UserError(
            f"{data_files.format_names(unsaved)}: changed here and saved nowhere, so nothing was "
            f"downloaded: {REPRO}, or move them away"
        )
    sentences = []
    if before.not_in_cache:
        dvc.run(remote.url, "fetch")
        sentences.append(f"Downloaded {before.describe(before.not_in_cache)} from {remote.url}.")
    outs = {str(out["path"]) for out in data_files.read_outs()}
    dvc.run(remote.url, "checkout", *sorted(outs & before.paths))  # a stage may never have run
    cached = (before.not_in_folder | before.changed) - before.not_in_cache
    if cached:
        sentences.append(f"From the cache here: {before.describe(cached)}.")
    return "\n".join(sentences)


def _refuse_lost(files: DataFiles, remote: dvc.Remote) -> None:
    lost = files.not_in_remote & files.not_in_cache
    if lost:
        raise UserError(
            f"{data_files.format_names(lost)}: named by dvc.lock, but not at {remote.url}, so "
            'nothing was changed here: ask the author of this commit for "uv run poe data-push"'
        )


def main(argv: Sequence[str] | None = None) -> int:
    """Downloads, and prints what was moved."""
    return run_command("data-pull", DESCRIPTION, print_pull, argv)


def print_pull(_arguments: Namespace) -> None:
    """Downloads, and prints what was moved."""
    print(pull())


if __name__ == "__main__":
    raise SystemExit(main())
