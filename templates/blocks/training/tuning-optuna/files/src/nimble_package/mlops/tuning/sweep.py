"""`python -m nimble_package.mlops.tuning.sweep`: search for better settings.

sweep.yaml says what may change. Stop it as you like: the same command goes on, and makes the trials
that an undisturbed search would have made. models/ and reports/ are put back as they were.
"""

import contextlib
import dataclasses
import json
import os
import shutil
import signal
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ... import config, data, train
from .. import manifest, settings, tracking
from . import space, trials

if TYPE_CHECKING:
    from optuna.study import Study

PLAN, BEFORE, REPORTS = Path("sweep.yaml"), trials.FOLDER / "before", Path("reports/sweep")
WRITTEN = ("models", "reports")  # what a training writes


@contextlib.contextmanager
def aside() -> Iterator[None]:
    """What a training writes, moved away and put back, after a kill by the next search."""
    restore()
    BEFORE.mkdir(parents=True)
    held = [name for name in WRITTEN if Path(name).exists()]
    for name in held:
        shutil.move(name, BEFORE / name)
    manifest.save_json(BEFORE / "held.json", held)
    try:
        yield
    finally:
        restore()


def restore() -> None:
    """Puts back what `aside` moved; safe to be cut off at any line and called again."""
    moved = BEFORE / "held.json"
    held = manifest.load_json(moved) if moved.is_file() else None
    for name in WRITTEN if BEFORE.is_dir() else ():
        if (BEFORE / name).exists():
            shutil.rmtree(name, ignore_errors=True)
            shutil.move(BEFORE / name, name)
        elif held is not None and name not in held:
            shutil.rmtree(name, ignore_errors=True)
    shutil.rmtree(BEFORE, ignore_errors=True)


@contextlib.contextmanager
def one_interrupt() -> Iterator[None]:
    """Only the first Ctrl-C counts: what starts the search may pass a second one on to it."""

    def once(*_: Any) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:  # not where Ctrl-C shall do nothing at all
        signal.signal(signal.SIGINT, once)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def sweep(file: Path, overrides: Sequence[str], total: int, timeout: float, fresh: bool) -> int:
    """Trains until there are `total` trials (0: as the plan says) or `timeout` seconds are over."""
    plan, known = space.read(PLAN, file, overrides)
    base = config.load(file, [*plan.fixed, *overrides])
    every = len(list(space.combinations(known))) if plan.method == "grid" else plan.trials
    total = min(total or every, every) if plan.method == "grid" else total or every
    facts, started, code = data.prepare(base), time.monotonic(), hash_code()
    with trials.lock():
        settled = dataclasses.asdict(base)
        settled["runtime"].pop("track")  # nothing in a figure
        study = trials.study(trials.name(plan, settled, facts["hash"]), plan, fresh)
        if before := trials.done(study):
            print(f"goes on after {len(before)} trials ({study.study_name}); --fresh begins anew")
            if any(trial.user_attrs["facts"]["code"] != code for trial in before):
                print("Some of them were made by other code: --fresh makes them comparable.")
        first, stopped = space.as_it_is(known, base), False
        with one_interrupt():
            with (
                aside(),
                parent(study, base),
                (trials.FOLDER / "log.txt").open("a", encoding="utf-8") as log,
            ):
                try:
                    while len(trials.done(study)) < total:
                        if timeout and time.monotonic() - started > timeout:
                            print(f"{timeout:g} seconds are over; the same command goes on")
                            break
                        run(study, plan, known, first, [file, overrides, code, log], total)
                except KeyboardInterrupt:
                    stopped = True
                    print("\nstopped; the same command goes on")
            data.prepare(base)
            show(study, plan, known, base, file, overrides, stopped)
    return 130 if stopped else 0


def run(
    study: "Study", plan: space.Plan, known: space.Space, first: Any, how: Sequence[Any], total: int
) -> None:
    """One trial: one training, in this process, its words in sweep/log.txt."""
    from optuna.trial import TrialState

    file, overrides, code, log = how
    place, started = len(trials.done(study)) + 1, time.monotonic()
    trial, chosen = trials.ask(study, plan, known, place, first)
    facts: dict[str, Any] = {"set": chosen, "code": code}
    try:
        with contextlib.redirect_stdout(log):
            made = train.train(config.load(file, [*plan.fixed, *overrides, *chosen]))
    except settings.UserError as error:
        trial.set_user_attr("facts", facts | {"refused": str(error)})
        study.tell(trial, state=TrialState.FAIL)
        print(f"trial {place} of {total}: refused: {error}", flush=True)
        return
    if plan.metric not in made.metrics:
        near = settings.nearest(plan.metric, made.metrics)
        raise settings.UserError(f'"metric" in {PLAN} is "{plan.metric}". {near}')
    found, seconds = made.metrics[plan.metric], round(time.monotonic() - started, 2)
    spread = made.metrics.get(f"{plan.metric}_std")
    trial.set_user_attr("facts", facts | {"run": made.run_id, "seconds": seconds, "spread": spread})
    study.tell(trial, found)
    top = trials.best(trials.rows(study), plan)
    mark = "*" if top and top["trial"] == place else " "
    print(
        f"trial {place} of {total}: {found:.4f}{mark} {seconds:6.1f} s  {' '.join(chosen)}",
        flush=True,
    )


@contextlib.contextmanager
def parent(study: "Study", base: config.Config) -> Iterator[None]:
    """A run that all trials are children of: made once, found again by the search that goes on."""
    if base.runtime.track and "parent" not in study.user_attrs:
        with tracking.start(base) as run:
            study.set_user_attr("parent", run.id)
    before = os.environ.get("RUN_PARENT")
    if base.runtime.track:
        os.environ["RUN_PARENT"] = study.user_attrs["parent"]
    try:
        yield
    finally:
        os.environ.pop("RUN_PARENT", None)
        os.environ |= {"RUN_PARENT": before} if before else {}


def show(
    study: "Study",
    plan: space.Plan,
    known: space.Space,
    base: config.Config,
    file: Path,
    overrides: Sequence[str],
    stopped: bool,
) -> None:
    """What was found; picture and tracker as well, unless Ctrl-C left a second (poe's patience)."""
    rows = trials.rows(study)
    top = trials.best(rows, plan)
    if not top:
        print("no trial has a figure yet")
        return
    line = "uv run poe train " + " ".join(quote(one) for one in [*overrides, *top["set"]])
    REPORTS.mkdir(parents=True, exist_ok=True)
    manifest.save_json(
        REPORTS / "trials.json", {"metric": plan.metric, "best": top, "trials": rows}
    )
    (REPORTS / "best.txt").write_text("\n".join(top["set"]) + "\n", encoding="utf-8", newline="\n")
    print(f"\nbest of {len(rows)}: {plan.metric} {top['value']:.4f}, trial {top['trial']}")
    own = rows[0] if plan.method != "grid" and space.as_it_is(known, base) else None
    if own is top:
        print(f"That is {file} as it is.")
    elif own and own["value"] is not None:
        gain, spread = abs(top["value"] - own["value"]), own["spread"] or 0.0
        less = ": less than chance moves it, so keep what you have" if gain < spread else ""
        print(f"{file} as it is: {own['value']:.4f} ± {spread:.4f}{less}")
    print(f"\n{line}\n\nSettings: {REPORTS / 'best.txt'}.")
    if stopped:
        print(f"For the picture: uv run poe sweep --trials {len(rows)}")
        return
    from .picture import draw

    draw(REPORTS / "search.png", rows, plan, known)
    print(f"Picture: {REPORTS / 'search.png'}.")
    if base.runtime.track:
        from .. import runs

        with parent(study, base), tracking.start(base) as run:
            run.metrics({"sweep.best": top["value"], "sweep.trials": float(len(rows))})
            run.files(REPORTS)
        runs.tag(study.user_attrs["parent"], sweep=study.study_name, best=str(top["run"]))
        print(f'Trials as runs: "{tracking.LOOK}".')


def quote(one: str) -> str:
    """`--set key=value` as every shell takes it."""
    plain = all(sign.isalnum() or sign in "._=:-" for sign in one)
    return f"--set {one}" if plain else f"--set {json.dumps(one, ensure_ascii=False)}"


def hash_code() -> str:
    """Of every module of the package: trials of other code are not comparable."""
    root = Path(__file__).parents[2]
    files = sorted(root.rglob("*.py"))
    return manifest.sha256(b"".join(manifest.sha256(f.read_bytes()).encode() for f in files))[:12]


def main(argv: Sequence[str] | None = None) -> int:
    """Searches; status 130 when it was stopped by hand."""

    def body(args: Any) -> int:
        return sweep(args.config, args.overrides, args.trials, args.timeout, args.fresh)

    count = {"type": int, "default": 0, "help": "how many there shall be in all (sweep.yaml)"}
    limit = {"type": float, "default": 0.0, "help": "seconds after which no new trial begins"}
    anew = {"action": "store_true", "help": "forget the trials of this search"}
    options = {"--trials": count, "--timeout": limit, "--fresh": anew}
    return settings.command(__doc__, body, argv, **options)


if __name__ == "__main__":
    raise SystemExit(main())
