"""`python -m nimble_package.mlops.reproducibility.reproduce [RUN]`: makes a run again."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from .. import runs, settings
from ..settings import UserError
from . import compare, read, room, state


def reproduce(old: read.Run, words: Sequence[str] = ()) -> tuple[read.Run, compare.Comparison]:
    """The new run beside the old one. This tree, its index and caches stay as they are.

    Args:
        old: the run to make again.
        words: further words for `uv sync`, such as --extra.
    """
    git = old.facts["git"]
    if not git["commit"]:
        raise UserError(f'the run "{old.name}" was made without a commit: {_obstacles(old)}')
    if git["dirty"] and not (git.get("patch") or git.get("tree")):
        raise UserError(f'the changes under the run "{old.name}" were not kept: {_obstacles(old)}')
    for obstacle in old.facts.get("obstacles") or []:
        print(f"note: {obstacle}")
    python = room.python_for(old.facts)
    with room.opened() as folder:
        what = f"commit {git['commit'][:12]}" + (" and its changes" if old.patch else "")
        print(f"code: {what}", flush=True)
        project = state.check_out(git["commit"], old.patch, folder / "tree")
        print("environment: uv sync --locked", flush=True)
        interpreter = room.install(project, python, words)
        for sentence in room.bring_data(old, project):
            print(f"data: {sentence}", flush=True)
        tracked = _tracker(old)
        fetch = partial(_fetch, old, folder)
        variables, tolerant = room.outside(old, folder, fetch)
        if tolerant:
            print(f"note: {tolerant}")
        print("training\n", flush=True)
        variables = {"RUN_REPRODUCES": old.name, **tracked, **variables}
        new = room.train(old, project, interpreter, variables)
        result = compare.compare(old, new, tolerant)
    if new.id:
        runs.tag(new.id, reproduced="equal" if result.equal else "different")
    return new, result


def _tracker(old: read.Run) -> dict[str, str]:
    """The tracker that this folder uses; without one, the new run is kept nowhere."""
    try:
        return runs.elsewhere()
    except UserError:
        if old.stored:
            raise
    old.facts["config"]["runtime"]["track"] = False
    print("note: there is no tracker here, so the new run is compared and not kept")
    return {}


def _fetch(old: read.Run, folder: Path, name: str) -> Path:
    if not old.stored:
        raise UserError(f'"{name}" of the run "{old.name}" is in a tracker that is not here')
    return runs.fetch(old.stored.id, name, folder)


def _obstacles(old: read.Run) -> str:
    found = old.facts.get("obstacles") or ["commit before you train"]
    return "; ".join(found)


def main(argv: Sequence[str] | None = None) -> int:
    """Exit status 0: equal; 1: made again, and different; 2: cannot be made again."""

    def body(args: Any) -> int:
        if args.overrides:
            raise UserError('a run is made again as it was: leave out "--set"')
        old = read.find(args.run)
        print(f"run {old.name}, from {old.source}")
        new, result = reproduce(old, args.sync.split())
        print(f"\n{result.text()}\n")
        kept = f'new run "{new.id}", which names its original' if new.id else "kept nowhere"
        print(f"{'EQUAL' if result.equal else 'DIFFERENT'}: {kept}")
        return int(not result.equal)

    run = {"nargs": "?", "metavar": "RUN", "help": "an id or a manifest; without: the last run"}
    sync = {"default": "", "metavar": "WORDS", "help": 'for uv sync: --sync="--extra cuda"'}
    return settings.command(__doc__, body, argv, run=run, **{"--sync": sync})


if __name__ == "__main__":
    raise SystemExit(main())
