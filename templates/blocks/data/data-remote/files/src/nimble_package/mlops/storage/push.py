"""`poe data-push`: uploads what dvc.lock and *.dvc name, once they name all that a clone needs."""

import os
import subprocess
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from ...project import PROJECT
from .. import data_versions
from ..command_line import run as run_command
from ..errors import UserError
from . import data_files, dvc
from .data_files import REPRO

DESCRIPTION = "Upload the data and models that dvc.lock names."


def push(sources: Sequence[Path] = ()) -> str:
    """Uploads what the remote lacks; returns how much that was.

    Raises UserError when a source of the configured data is in neither git nor DVC, or differs from
    the version that DVC keeps: a clone could not train.
    """
    refuse_unversioned(sources)
    data_files.read_outs()
    remote = dvc.read_remote()
    files = data_files.inspect(remote.url)
    _refuse_changed(sources, files)
    if lost := files.not_in_remote & files.not_in_cache:
        raise UserError(
            f"{data_files.format_names(lost)}: named by dvc.lock, but neither in the cache here "
            f"nor at {remote.url}, so nothing was uploaded: {REPRO}"
        )
    if not files.not_in_remote:
        everything = files.describe(files.sizes)
        sentence = f"Nothing to upload: {everything} are at {remote.url} already."
        return "\n".join([sentence, *_ask_to_commit()])
    dvc.run(remote.url, "push")
    sentences = [f"Uploaded {files.describe(files.not_in_remote)} to {remote.url}."]
    present = set(files.sizes) - files.not_in_remote
    if present:
        sentences.append(f"Already there: {files.describe(present)}.")
    unsaved = data_files.find_unsaved(files.changed)
    if unsaved:
        names = data_files.format_names(unsaved)
        sentences.append(f"Not uploaded: {names} changed since dvc.lock was written; {REPRO}.")
    return "\n".join([*sentences, *(_ask_to_commit() or ["Others can pull."])])


def refuse_unversioned(sources: Sequence[Path]) -> None:
    """Raises UserError when others could not get the configured data."""
    problems = [one.problem for one in data_versions.find_unversioned(sources)]
    if problems:
        lines = "\n".join(problems)
        raise UserError(f"{lines}\nNothing was uploaded: others could pull, but not train.")


def _refuse_changed(sources: Sequence[Path], files: data_files.DataFiles) -> None:
    """Raises UserError when a source is not the version that its .dvc file names."""
    root = Path.cwd()
    for source in sources:
        path = Path(os.path.relpath(source, root))
        changed = [name for name in files.changed if Path(name).is_relative_to(path)]
        if changed:
            names = data_files.format_names(changed)
            command = f"uvx --from dvc=={dvc.VERSION} dvc add {path.as_posix()}"
            raise UserError(
                f'{names}: changed since DVC recorded it, so nothing was uploaded: run "{command}"'
            )


def _ask_to_commit() -> list[str]:
    """A sentence that names what git does not have yet of the files that DVC needs in a clone."""
    command = ["git", "status", "--porcelain", "--untracked-files=all", "--", ".dvc/config"]
    done = subprocess.run(
        [*command, "dvc.lock", "*.dvc"], capture_output=True, text=True, encoding="utf-8"
    )
    names = [line[3:].strip('"') for line in done.stdout.splitlines()]
    if not names:
        return []
    return [f"Commit {', '.join(sorted(names))} and push the commit, and others can pull."]


def main(argv: Sequence[str] | None = None) -> int:
    """Uploads, and prints what was moved."""
    return run_command("data-push", DESCRIPTION, print_push, argv)


def print_push(arguments: Namespace) -> None:
    """Uploads, and prints what was moved."""
    config = PROJECT.load_config(arguments.config, arguments.overrides)
    print(push(PROJECT.sources(config)))


if __name__ == "__main__":
    raise SystemExit(main())
