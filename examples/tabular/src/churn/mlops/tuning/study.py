"""The trials of a search in a database: one after the other, each decided by those before it.

A search that was stopped and resumed makes the trials of one that was not: each trial has a sampler
with a seed of its own, and looks at finished trials only.
"""

import json
import sqlite3
import warnings
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import optuna
from optuna.samplers import BaseSampler, RandomSampler, TPESampler
from optuna.trial import FrozenTrial, Trial, TrialState

from ..errors import UserError
from ..files import sha256
from .search_space import (
    SearchSpace,
    TuningSettings,
    format_parameter,
    list_combinations,
)

FOLDER = Path("tuning")  # ignored by git
DATABASE = FOLDER / "trials.db"
RECORD = "record"  # the user attribute of a trial that counts
STARTUP_TRIALS = 5  # random ones, before TPE has something to learn from
SEEDS = 100_003  # apart: trials of two searches never share a seed


@dataclass(frozen=True)
class TrialRecord:
    """A finished trial."""

    trial: int  # from 1
    value: float | None  # None: the training was refused
    set: list[str]  # `section.key=value`
    code: str  # hash of the code that trained
    run: str | None = None  # id in the tracker
    seconds: float | None = None
    std: float | None = None  # of the metric between seeds or folds
    refused: str | None = None  # why


@contextmanager
def lock() -> Iterator[None]:
    """Allows one search at a time; the operating system releases the lock even after a kill."""
    FOLDER.mkdir(exist_ok=True)
    database = sqlite3.connect(FOLDER / "lock.db", timeout=0, isolation_level=None)
    with closing(database):
        try:
            database.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            hint = "wait for it, or stop it"
            message = f'"{FOLDER.as_posix()}" is in use by another search: {hint}'
            raise UserError(message) from None
        yield


def open_study(name: str, direction: str, fresh: bool) -> optuna.Study:
    """Returns the search of that name as it was left, or a new one."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    storage = f"sqlite:///{DATABASE.as_posix()}"
    if fresh and name in optuna.get_all_study_names(storage):
        optuna.delete_study(study_name=name, storage=storage)
    study = optuna.create_study(
        storage=storage, study_name=name, direction=direction, load_if_exists=True
    )
    for trial in study.get_trials(states=[TrialState.RUNNING]):
        study.tell(trial.number, state=TrialState.FAIL)  # it was cut off: made again
    return study


def name_study(settings: TuningSettings, config: Mapping[str, Any], data_hash: str) -> str:
    """Returns a name that changes with all that makes trials incomparable, except the code."""
    parts = asdict(settings)
    parts.pop("trials")  # more of them go into the same search
    text = json.dumps([parts, config, data_hash], sort_keys=True)
    return f"search {sha256(text.encode())[:8]}"


def list_finished(study: optuna.Study) -> list[FrozenTrial]:
    """Returns the trials that count, in order: with a metric, or refused by the training."""
    trials = study.get_trials(deepcopy=False)
    return [trial for trial in trials if RECORD in trial.user_attrs and trial.state.is_finished()]


def ask(
    study: optuna.Study,
    settings: TuningSettings,
    space: SearchSpace,
    number: int,
    defaults: Mapping[str, Any] | None,
) -> tuple[Trial, list[str]]:
    """Returns the trial of that number (from 1) and its settings as `section.key=value`."""
    study.sampler = _make_sampler(settings, number)
    values = _choose_fixed(settings, space, number, defaults)
    waiting = study.get_trials(states=[TrialState.WAITING])  # left by a kill
    if values and not waiting:
        study.enqueue_trial(dict(values))
    with warnings.catch_warnings(action="ignore", category=optuna.exceptions.ExperimentalWarning):
        trial = study.ask(dict(space))
    return trial, [f"{key}={format_parameter(trial.params[key])}" for key in space]


def _make_sampler(settings: TuningSettings, number: int) -> BaseSampler:
    seed = settings.seed * SEEDS + number
    if settings.method == "tpe":
        return TPESampler(seed=seed, n_startup_trials=STARTUP_TRIALS)
    return RandomSampler(seed)


def _choose_fixed(
    settings: TuningSettings, space: SearchSpace, number: int, defaults: Mapping[str, Any] | None
) -> Mapping[str, Any] | None:
    """The values of a trial that no sampler chooses.

    Optuna's GridSampler counts a combination as done when its trial was cut off, so a grid is
    a queue here.
    """
    if settings.method == "grid":
        return list(list_combinations(space))[number - 1]
    return defaults if number == 1 else None


def list_records(study: optuna.Study) -> list[TrialRecord]:
    """Returns what is known of each trial that counts."""
    records = []
    for number, trial in enumerate(list_finished(study), start=1):
        facts = trial.user_attrs[RECORD]
        records.append(TrialRecord(trial=number, value=trial.value, **facts))
    return records


def find_best(records: list[TrialRecord], direction: str) -> TrialRecord | None:
    """Returns the best trial; of equal ones the earliest."""
    best = None
    best_score = 0.0
    for record in records:
        if record.value is None:
            continue
        score = record.value if direction == "maximize" else -record.value
        if best is None or score > best_score:
            best, best_score = record, score
    return best
