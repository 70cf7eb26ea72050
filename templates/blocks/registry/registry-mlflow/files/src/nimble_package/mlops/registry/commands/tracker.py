"""`poe tracker-backup`, `tracker-restore` and `tracker-upgrade`: for a tracker that is a file."""

from argparse import Namespace
from collections.abc import Sequence

from ... import user_paths
from ...any_encoding import read_arguments
from ...command_line import Arguments, run
from ...tracking import OPEN_TRACKER
from .. import tracker_backup

DESCRIPTIONS = {
    "backup": "Write the tracker, with its files and registered models, to one file.",
    "restore": "Write a backup where there is no tracker yet.",
    "upgrade": "Migrate the tracker to the installed MLflow; a backup is written first.",
}
ARGUMENTS: Arguments = {"file": {"metavar": "FILE", "help": "the backup, such as tracker.tar.gz"}}


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the action that the first word names; status 2 when it is refused."""
    action, *rest = read_arguments() if argv is None else argv
    actions = {"backup": back_up, "restore": restore, "upgrade": upgrade}
    return run(f"tracker-{action}", DESCRIPTIONS[action], actions[action], rest, ARGUMENTS)


def back_up(arguments: Namespace) -> None:
    """Prints what is in the backup, and what is not."""
    done = tracker_backup.back_up(user_paths.resolve(arguments.file))
    print(f'"{arguments.file}" has {describe(done)}.')
    for place in done.elsewhere:
        print(f'Warning: the files in "{place}" are not in it: back them up where they are.')


def restore(arguments: Namespace) -> None:
    """Prints what was restored."""
    done = tracker_backup.restore(user_paths.resolve(arguments.file))
    print(f'Restored {describe(done)}: "{OPEN_TRACKER}" shows them.')


def upgrade(arguments: Namespace) -> None:
    """Prints the schema before and after."""
    before, after = tracker_backup.upgrade(user_paths.resolve(arguments.file))
    if before == after:
        print(f"Nothing to do: the tracker has the schema of the installed MLflow ({after}).")
        return
    print(f"The schema was {before} and is {after}.")
    print(
        f'To return, install the earlier MLflow, move mlflow.db and mlruns/ away, and run "uv run '
        f'poe tracker-restore {arguments.file}".'
    )


def describe(done: tracker_backup.Backup) -> str:
    """Returns what is in a backup."""
    return f"{done.runs} runs, {done.versions} registered versions and {done.files} files"


if __name__ == "__main__":
    raise SystemExit(main())
