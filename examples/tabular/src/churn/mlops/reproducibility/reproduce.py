"""`poe reproduce [RUN]`: makes a run again and compares the two."""

from argparse import Namespace
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from .. import runs
from ..command_line import run as run_command
from ..errors import UserError
from ..files import save_json
from ..hook_points import Reproduction
from ..hooks import HOOKS
from ..project import REPORTS
from . import git_state, stored_run, workspace
from .compare import Comparison, compare
from .stored_run import StoredRun

DESCRIPTION = "Make a run again and compare the two."
RESULT = REPORTS / "reproduced.json"  # of the last run that was made again and is equal


def reproduce(old: StoredRun, sync_options: Sequence[str] = ()) -> tuple[StoredRun, Comparison]:
    """Returns the new run and how it differs; this folder, its index and caches stay as they are.

    Args:
        old: the run to make again.
        sync_options: further options for `uv sync`, such as --extra.
    """
    _refuse_lost_code(old)
    for obstacle in old.manifest.get("obstacles") or []:
        print(f"note: {obstacle}")
    python = workspace.find_python(old.manifest["environment"])
    with workspace.temporary_folder() as folder:
        git = old.manifest["git"]
        changes = " and its changes" if old.patch else ""
        print(f"code: commit {git['commit'][:12]}{changes}", flush=True)
        project = git_state.check_out(git["commit"], old.patch, folder / "tree")
        print("environment: uv sync --locked", flush=True)
        interpreter = workspace.install(project, python, sync_options)
        for sentence in workspace.bring_data(old, project):
            print(f"data: {sentence}", flush=True)
        workspace.bring_infrastructure_outputs(project)
        variables = _find_tracker(old)
        differences = _run_hooks(old, folder, variables)
        print("training\n", flush=True)
        new = workspace.train(old, project, interpreter, variables)
        comparison = compare(old, new, "; ".join(differences))
    if new.id:
        runs.tag(new.id, reproduced="equal" if comparison.equal else "different")
    return new, comparison


def _refuse_lost_code(old: StoredRun) -> None:
    git = old.manifest["git"]
    obstacles = "; ".join(old.manifest.get("obstacles") or ["commit before you train"])
    if not git["commit"]:
        raise UserError(f'the run "{old.name}" was made without a commit: {obstacles}')
    if git["dirty"] and not (git.get("patch") or git.get("tree")):
        raise UserError(f'the changes of the run "{old.name}" were not kept: {obstacles}')


def _find_tracker(old: StoredRun) -> dict[str, str]:
    """Variables for the tracker of this folder; without one, the new run is not tracked."""
    try:
        return runs.make_variables()
    except UserError:
        if old.tracked:
            raise
    old.manifest["config"]["runtime"]["track"] = False
    print("note: there is no tracker here, so the new run is compared and not kept")
    return {}


def _run_hooks(old: StoredRun, folder: Path, variables: dict[str, str]) -> list[str]:
    """Adds the variables of the hooks; returns reasons why metrics may differ."""
    differences = []
    reproduction = Reproduction(old.manifest, partial(_fetch, old, folder), folder)
    for before_reproduction in HOOKS.before_reproduction:
        preparation = before_reproduction(reproduction)
        variables.update(preparation.variables)
        if preparation.difference:
            print(f"note: {preparation.difference}")
            differences.append(preparation.difference)
    return differences


def _fetch(old: StoredRun, folder: Path, name: str) -> Path:
    if not old.tracked:
        raise UserError(f'"{name}" of the run "{old.name}" is in a tracker that is not here')
    return runs.fetch(old.tracked.id, name, folder)


def main(argv: Sequence[str] | None = None) -> int:
    """Exit status 0: equal; 1: made again, and different; 2: cannot be made again."""
    help_run = "the id of a run, or a manifest (default: the last run)"
    help_sync = 'options for uv sync, such as --sync="--extra cuda"'
    arguments = {
        "run": {"nargs": "?", "metavar": "RUN", "help": help_run},
        "--sync": {"default": "", "metavar": "OPTIONS", "help": help_sync},
    }
    return run_command("reproduce", DESCRIPTION, print_reproduction, argv, arguments)


def print_reproduction(arguments: Namespace) -> int:
    """Makes the run again that the command line names, and prints the comparison."""
    if arguments.overrides:
        raise UserError('a run is made again with its own settings: leave out "--set"')
    old = stored_run.find(arguments.run)
    print(f"run {old.name}, from {old.source}")
    new, comparison = reproduce(old, arguments.sync.split())
    print(f"\n{comparison.format()}\n")
    kept = f'new run "{new.id}", tagged with the original' if new.id else "not tracked"
    if comparison.equal:
        save_json(RESULT, {"run": old.name, "equal_to": new.id})
        print(f"EQUAL: {kept}")
        return 0
    print(f"DIFFERENT: {kept}")
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
