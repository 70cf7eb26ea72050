"""`poe tune`: searches for better settings, as tuning.yaml says.

Stop it whenever you like: the same command continues, and makes the trials that an undisturbed
search would have made. Trials train in temporary folders, so models/ and reports/ stay as they are.
"""

import contextlib
import json
import signal
import tempfile
import time
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, TextIO

import optuna
from optuna.trial import Trial, TrialState

from ...project import PROJECT
from .. import run_labels, runs, tracking
from ..command_line import Arguments
from ..command_line import run as run_command
from ..errors import UserError, suggest
from ..files import hash_json, save_json
from ..hooks import HOOKS
from ..project import PREPARED, REPORTS, TrainingPaths
from ..run_links import RunLinks
from ..step_key import compute_key
from ..training import FinishedRun, run_training
from . import search_space
from . import study as trials
from .plots import save_plots
from .search_space import FILE, SearchSpace, TuningSettings
from .study import RECORD, TrialRecord

DESCRIPTION = "Search for better settings, as tuning.yaml says; continues where it was stopped."
RESULTS = REPORTS / "tuning"
LOG = trials.FOLDER / "log.txt"
PARENT = "parent"  # the user attribute of a search: the run that all trials are children of
INTERRUPTED = 130  # the exit status after Ctrl-C


@dataclass(frozen=True)
class Search:
    """What is the same for all trials of a search."""

    settings: TuningSettings
    space: SearchSpace
    config_file: Path
    overrides: Sequence[str]
    total: int  # trials, those of earlier calls included
    code: str  # hash of the code that trains
    data: str = ""  # hash of the prepared data

    def load_config(self, chosen: Sequence[str] = ()) -> Any:
        """Returns the configuration of a trial, or (without `chosen`) the one that is tuned."""
        overrides = [*self.settings.fixed, *self.overrides, *chosen]
        return PROJECT.load_config(self.config_file, overrides)


def main(argv: Sequence[str] | None = None) -> int:
    """Searches; status 130 when it was stopped by Ctrl-C."""
    help_trials = f"how many in total (default: {FILE})"
    help_timeout = "after this time no new trial begins"
    help_fresh = "forget the trials of this search"
    arguments: Arguments = {
        "--trials": {"type": int, "metavar": "N", "default": 0, "help": help_trials},
        "--timeout": {"type": float, "metavar": "SECONDS", "default": 0.0, "help": help_timeout},
        "--fresh": {"action": "store_true", "help": help_fresh},
    }
    return run_command("tune", DESCRIPTION, tune, argv, arguments)


def tune(arguments: Namespace) -> int:
    """Trains until there are enough trials, the time is over, or Ctrl-C."""
    search = _read_search(arguments)
    config = search.load_config()
    for before_training in HOOKS.before_training:  # refuses once, not in every trial
        before_training(config)
    prepared = PROJECT.prepare(config, PREPARED)
    search = replace(search, data=prepared["hash"])
    settings = asdict(config)
    settings["runtime"].pop("track")  # does not change a metric
    name = trials.name_study(search.settings, settings, prepared["hash"])
    with trials.lock():
        study = trials.open_study(name, search.settings.direction, arguments.fresh)
        _print_resumed(study, search)
        with _one_interrupt():
            stopped = _run_trials(study, search, config, arguments.timeout)
            _report(study, search, config, stopped)
            if not stopped:  # poe kills a task 1.6 s after Ctrl-C, and every training prepares
                own_config = PROJECT.load_config(search.config_file, search.overrides)
                PROJECT.prepare(own_config, PREPARED)  # trials may have prepared other data
    return INTERRUPTED if stopped else 0


def _read_search(arguments: Namespace) -> Search:
    settings, space = search_space.read(arguments.config, arguments.overrides)
    total = arguments.trials or settings.trials
    if settings.method == "grid":
        count = len(list(search_space.list_combinations(space)))
        total = min(arguments.trials or count, count)
    code = hash_json(compute_key("train"))[:12]
    return Search(settings, space, arguments.config, arguments.overrides, total, code)


def _print_resumed(study: optuna.Study, search: Search) -> None:
    records = trials.list_records(study)
    if not records:
        return
    print(f"continues after {len(records)} trials ({study.study_name}); --fresh starts again")
    if any(record.code != search.code for record in records):
        print("Some of them were made by other code: --fresh makes them comparable.")


@contextlib.contextmanager
def _one_interrupt() -> Iterator[None]:
    """Only the first Ctrl-C counts: the process that starts the search may send a second one."""

    def interrupt(*_: Any) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:  # else Ctrl-C is ignored on purpose
        signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _run_trials(study: optuna.Study, search: Search, config: Any, timeout: float) -> bool:
    """Whether Ctrl-C stopped it."""
    started = time.monotonic()
    defaults = search_space.read_defaults(search.space, config)
    try:
        links = RunLinks(parent=_find_parent(study, config, search.data))
        with LOG.open("a", encoding="utf-8") as log:
            while len(trials.list_finished(study)) < search.total:
                if timeout and time.monotonic() - started > timeout:
                    print(f"{timeout:g} seconds are over; the same command continues")
                    break
                _run_trial(study, search, defaults, links, log)
    except KeyboardInterrupt:
        print("\nstopped; the same command continues")
        return True
    return False


def _find_parent(study: optuna.Study, config: Any, data_hash: str) -> str | None:
    """The run that all trials are children of: made once, found again by a resumed search."""
    if not config.runtime.track:
        return None
    if PARENT not in study.user_attrs:
        tags = run_labels.make_tags(PROJECT.modality, data_hash)
        with tracking.start(config, name=study.study_name, tags=tags) as run:
            study.set_user_attr(PARENT, run.id)
    parent: str = study.user_attrs[PARENT]
    return parent


def _run_trial(
    study: optuna.Study,
    search: Search,
    defaults: Mapping[str, Any] | None,
    links: RunLinks,
    log: TextIO,
) -> None:
    """Trains once, in this process; the output of the training goes to the log."""
    number = len(trials.list_finished(study)) + 1
    trial, chosen = trials.ask(study, search.settings, search.space, number, defaults)
    facts: dict[str, Any] = {"set": chosen, "code": search.code}
    started = time.monotonic()
    try:
        config = search.load_config(chosen)
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(log):
            paths = TrainingPaths.inside(Path(folder))
            run = run_training(config, paths, links=links, name=f"trial {number}")
    except UserError as error:
        trial.set_user_attr(RECORD, {**facts, "refused": str(error)})
        study.tell(trial, state=TrialState.FAIL)
        print(f"trial {number} of {search.total}: refused: {error}", flush=True)
        return
    facts["seconds"] = round(time.monotonic() - started, 2)
    _finish_trial(study, trial, search, run, facts)


def _finish_trial(
    study: optuna.Study, trial: Trial, search: Search, run: FinishedRun, facts: dict[str, Any]
) -> None:
    metric = search.settings.metric
    if metric not in run.metrics:
        hint = suggest(metric, run.metrics)
        raise UserError(f'"metric" in {FILE} is "{metric}". {hint}')
    value = run.metrics[metric]
    facts.update(run=run.run_id, std=run.metrics.get(f"{metric}_std"))
    trial.set_user_attr(RECORD, facts)
    study.tell(trial, value)
    records = trials.list_records(study)
    best = trials.find_best(records, search.settings.direction)
    mark = "*" if best == records[-1] else " "
    settings = " ".join(facts["set"])
    line = f"trial {len(records)} of {search.total}: {value:.4f}{mark}"
    print(f"{line} {facts['seconds']:6.1f} s  {settings}", flush=True)


def _report(study: optuna.Study, search: Search, config: Any, stopped: bool) -> None:
    """Writes and prints the result; after Ctrl-C without plots and tracker, which take seconds."""
    records = trials.list_records(study)
    best = trials.find_best(records, search.settings.direction)
    if not best:
        print("no trial has a metric yet")
        return
    result = {
        "metric": search.settings.metric,
        "best": asdict(best),
        "trials": [asdict(record) for record in records],
    }
    save_json(RESULTS / "trials.json", result)
    text = "\n".join(best.set) + "\n"
    (RESULTS / "best.txt").write_text(text, encoding="utf-8", newline="\n")
    print(
        f"\nbest of {len(records)}: {search.settings.metric} {best.value:.4f}, trial {best.trial}"
    )
    _compare_with_defaults(search, config, records[0], best)
    options = [_quote(override) for override in [*search.overrides, *best.set]]
    print(f"\nuv run poe train {' '.join(options)}\n")
    print(f"Settings: {(RESULTS / 'best.txt').as_posix()}.")
    if stopped:
        print(f"For the plots: uv run poe tune --trials {len(records)}")
        return
    save_plots(study, RESULTS, search.settings.metric)
    print(f"Plots: {RESULTS.as_posix()}, or uv run poe report.")
    if config.runtime.track:
        _track_result(study, best, len(records))


def _compare_with_defaults(
    search: Search, config: Any, first: TrialRecord, best: TrialRecord
) -> None:
    """Says how much better the best trial is than the settings that were tuned."""
    if search.settings.method == "grid" or not search_space.read_defaults(search.space, config):
        return
    name = search.config_file
    if first == best:
        print(f"These are the settings of {name}.")
        return
    if first.value is None or best.value is None:
        return
    std = first.std or 0.0
    print(f"{name}: {first.value:.4f} ± {std:.4f}")
    if abs(best.value - first.value) < std:
        print("The difference is smaller than ±, so it may be chance: keep the settings you have.")


def _track_result(study: optuna.Study, best: TrialRecord, count: int) -> None:
    parent = study.user_attrs[PARENT]
    found = {"tuning.best": best.value or 0.0, "tuning.trials": float(count)}
    runs.add_results(parent, found, RESULTS)
    runs.tag(parent, tuning=study.study_name, best=str(best.run))
    print(f'Trials as runs: "{tracking.OPEN_TRACKER}".')


def _quote(override: str) -> str:
    """`--set key=value` as every shell accepts it."""
    if all(sign.isalnum() or sign in "._=:-" for sign in override):
        return f"--set {override}"
    return f"--set {json.dumps(override, ensure_ascii=False)}"


if __name__ == "__main__":
    raise SystemExit(main())
