"""The trials of a search in a file: one after the other, each decided by those before it alone."""

import json
import sqlite3
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..settings import UserError
from .space import Plan, Space, combinations

if TYPE_CHECKING:
    from optuna.study import Study
    from optuna.trial import FrozenTrial, Trial

FOLDER = Path("sweep")  # git leaves it alone
FILE = FOLDER / "trials.db"


@contextmanager
def lock() -> Iterator[None]:
    """One search at a time; the operating system lets go of it even after a kill."""
    FOLDER.mkdir(exist_ok=True)
    with closing(sqlite3.connect(FOLDER / "lock.db", timeout=0, isolation_level=None)) as held:
        try:
            held.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            raise UserError(
                f'"{FOLDER.as_posix()}" is in use by another search: wait for it, or stop it'
            ) from None
        yield


def study(name: str, plan: Plan, fresh: bool) -> "Study":
    """The search of that name as it was left, or a new one."""
    try:
        import optuna
    except ModuleNotFoundError:
        raise UserError('"optuna" is not installed: run "uv sync"') from None

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    storage = f"sqlite:///{FILE.as_posix()}"
    if fresh and name in optuna.get_all_study_names(storage):
        optuna.delete_study(study_name=name, storage=storage)
    found = optuna.create_study(
        storage=storage, study_name=name, direction=plan.direction, load_if_exists=True
    )
    for trial in found.get_trials(states=[optuna.trial.TrialState.RUNNING]):
        found.tell(trial.number, state=optuna.trial.TrialState.FAIL)  # it was cut off: again
    return found


def done(study: "Study") -> "list[FrozenTrial]":
    """The trials that count, in order: those with a figure, and those that training refused."""
    trials = study.get_trials(deepcopy=False)
    return [trial for trial in trials if "facts" in trial.user_attrs and trial.state.is_finished()]


def ask(
    study: "Study", plan: Plan, space: Space, place: int, first: dict[str, Any] | None
) -> "tuple[Trial, list[str]]":
    """The trial of that place and its settings, by a sampler of its own: cuts change nothing."""
    from optuna.samplers import PartialFixedSampler, RandomSampler, TPESampler

    seed, chosen = plan.seed * 100_003 + place, first if place == 1 else None
    if plan.method == "grid":
        chosen = list(combinations(space))[place - 1]
    tpe, random = TPESampler(seed=seed, n_startup_trials=5), RandomSampler(seed)
    with warnings.catch_warnings(action="ignore"):  # of what is called experimental since 2021
        free = tpe if plan.method == "tpe" else random
        study.sampler = PartialFixedSampler(chosen, random) if chosen else free
        trial = study.ask()
        return trial, [f"{key}={one.suggest(trial, key)}" for key, one in space.items()]


def rows(study: "Study") -> list[dict[str, Any]]:
    """What is known of each trial that counts."""
    found = enumerate(done(study), start=1)
    return [{"trial": place, "value": t.value, **t.user_attrs["facts"]} for place, t in found]


def best(rows: list[dict[str, Any]], plan: Plan) -> dict[str, Any] | None:
    """The best trial; of equal ones the earliest."""
    sign = 1 if plan.direction == "maximize" else -1
    known = [row for row in rows if row["value"] is not None]
    return max(known, key=lambda row: sign * row["value"], default=None)


def name(plan: Plan, base: Any, data: str) -> str:
    """Changes with everything that would make trials unlike each other, but for the code."""
    from ..manifest import sha256

    parts = plan.metric, plan.direction, plan.method, plan.seed, plan.fixed, plan.space, base, data
    return f"search {sha256(json.dumps(parts, sort_keys=True).encode())[:8]}"
