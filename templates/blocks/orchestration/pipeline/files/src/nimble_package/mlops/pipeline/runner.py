"""Runs the steps that are not up to date, writes their records, and reports a failure."""

import logging
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ...project import PROJECT
from .. import disk_errors
from ..commands import step_keys
from ..errors import UserError
from ..file_lock import hold
from ..git_output import read_git, read_state
from ..hook_points import PipelineStep
from . import content, notify, process, records, state, step_process, tracked
from .content import MISSING
from .records import RunRecord, StepRecord
from .run_lock import Stopped, signals_as_errors
from .settings import Settings
from .step import find_step, list_steps

log = logging.getLogger(__name__)
TRY_LATER = 75  # EX_TEMPFAIL of sysexits.h: the status of one step whose cause can pass


class StepError(Exception):
    """A step that ended the run."""

    def __init__(self, message: str, status: int, exit_reason: str, *, can_pass: bool) -> None:
        self.status = status  # of `poe pipeline`
        self.can_pass = can_pass
        self.exit_reason = exit_reason
        super().__init__(message)


class Runner:
    """One run of the pipeline."""

    def __init__(
        self,
        settings: Settings,
        earlier: Sequence[RunRecord],
        trigger: str,
        group: str | None = None,
    ) -> None:
        """`earlier` are the records of the runs before this one, oldest first.

        `group` is the run of an orchestrator, which starts each step by itself.
        """
        self._settings = settings
        self._earlier = earlier
        commit, _ = read_state()
        seconds = (read_git("log", "-1", "--format=%ct") or "").strip()
        committed = datetime.fromtimestamp(int(seconds), UTC) if seconds else None
        begun = records.begin(earlier, commit, trigger, committed)
        self._record = replace(begun, group=group)
        self._began = time.monotonic()
        self._name = Path.cwd().name

    def run(self, config_file: Path, only: str | None = None) -> int:
        """Runs every step that is not up to date; returns the status of `poe pipeline`.

        `only` names one step, which is refused while a step before it is not up to date.
        """
        records.write(self._record)
        try:
            with signals_as_errors():
                self._report_killed()
                self._run_steps(config_file, only)
        except StepError as error:
            self._end(error.exit_reason, str(error))
            hint = '"uv run poe pipeline" continues there.'
            print(f"Run {self._id}: {error}. {hint}", file=sys.stderr)
            return TRY_LATER if only and error.can_pass else error.status
        except Stopped as error:
            self._end(records.STOPPED, str(error), is_news=error.number != signal.SIGINT)
            hint = '"uv run poe pipeline" continues there.'
            print(f"Run {self._id} was {error}: {hint}", file=sys.stderr)
            return 128 + error.number
        except UserError as error:
            self._end(records.REFUSED, str(error))
            raise
        except BaseException as error:
            is_disk = isinstance(error, OSError) and disk_errors.explain(error)
            self._end(records.REFUSED if is_disk else records.FAILED, is_disk or repr(error))
            raise
        self._finish()
        return 0

    @property
    def _id(self) -> str:
        return self._record.run_id

    def _run_steps(self, config_file: Path, only: str | None) -> None:
        config = PROJECT.load_config(config_file, [])
        self._name = config.experiment
        with hold(step_process.LOCK, step_process.BUSY):
            step_keys.main()
        steps = list_steps()
        if only:
            chosen = find_step(only, steps)
            place = steps.index(chosen)
            refuse_before(steps[:place], config, only)
            self._record = replace(self._record, steps_left=len(steps) - place - 1)
            steps = [chosen]
        for step in steps:
            self._run_step(step, config)

    def _run_step(self, step: PipelineStep, config: Any) -> None:
        before = state.read_now(step, config)
        reason = state.explain(step, before)
        record = StepRecord(step.name, datetime.now(UTC), input_hash=before.input_hash)
        if not reason:
            kept = replace(record, ended=record.started, output_hash=before.output_hash)
            self._add(replace(kept, exit_reason=records.UP_TO_DATE))
            print(f"{step.name}: up to date", flush=True)
            return
        print(f"{step.name}: runs, because {reason}", flush=True)
        self._add(replace(record, reason=reason))
        began = time.monotonic()
        end = self._try(step)
        done = state.complete(before, state.read_outputs(step))
        message, status = explain_failure(step, end, done)
        exit_reason = records.FINISHED
        if message:
            exit_reason = records.REFUSED if status == 2 else records.FAILED
        finished = replace(
            self._record.steps[-1],
            ended=record.started + timedelta(seconds=time.monotonic() - began),
            cpu_seconds=end.cpu_seconds,
            peak_memory_bytes=end.peak_memory_bytes,
            waiting_seconds=end.waiting_seconds,
            exit_reason=exit_reason,
            output_hash=done.output_hash,
            message=(end.last_lines or message) if message else "",
        )
        self._replace_last(finished)
        if message:
            raise StepError(message, status, exit_reason, can_pass=end.can_pass)
        state.write_done(step, done)

    def _try(self, step: PipelineStep) -> process.ProcessEnd:
        """Runs the step, again while the cause of its failure can pass."""
        folder = records.LOGS / self._id
        folder.mkdir(parents=True, exist_ok=True)
        wait = self._settings.backoff_seconds
        tries = 1 + self._settings.retries
        ends: list[process.ProcessEnd] = []
        for number in range(1, tries + 1):
            self._replace_last(replace(self._record.steps[-1], attempts=number))
            ends.append(process.run_step(step.name, folder))
            if not ends[-1].status or not ends[-1].can_pass or number == tries:
                break
            text = f'The cause can pass: "{step.name}" is tried again in {wait:g} s'
            print(f"{text} ({number} of {self._settings.retries}).", flush=True)
            time.sleep(wait)
            wait *= 2
        return add_up(ends)

    def _finish(self) -> None:
        ran = [step.name for step in self._record.steps if step.attempts]
        manifest = content.read_json(tracked.MANIFEST)
        self._record = replace(
            self._record,
            model_run_id=manifest.get("run_id"),
            metrics=content.read_json(tracked.METRICS),
            seeds=manifest.get("seeds", []),
        )
        self._end(records.FINISHED if ran else records.UP_TO_DATE, "")
        if not ran:
            print(f"Run {self._id}: nothing has changed, so nothing was run.")
            return
        tracked.tag_run(self._record)
        print(f"Run {self._id}: {', '.join(ran)} in {self._record.seconds:.0f} s.")

    def _end(self, exit_reason: str, message: str, *, is_news: bool = True) -> None:
        """Closes the record; reports what is not good. A full disk cannot hide the first error."""
        steps = list(self._record.steps)
        now = self._now()
        if steps and steps[-1].exit_reason == records.RUNNING:
            steps[-1] = replace(steps[-1], ended=now, exit_reason=exit_reason, message=message)
        self._record = replace(
            self._record,
            steps=steps,
            ended=now,
            exit_reason=exit_reason,
            message=message,
        )
        self._write_at_end()
        if exit_reason not in records.GOOD:
            is_known = not is_news or self._is_repeated()
            is_reported = is_known or self._report(self._record)
            self._record = replace(self._record, notified=is_reported)
            self._write_at_end()

    def _write_at_end(self) -> None:
        try:
            records.write(self._record)
        except OSError as error:
            reason = disk_errors.explain(error) or str(error)
            log.warning("The record of this run is not complete: %s", reason)

    def _report_killed(self) -> None:
        """Reports the run before this one when it was killed, so could not do it itself."""
        last = self._earlier[-1] if self._earlier else None
        if last is None or last.exit_reason in records.GOOD or last.notified:
            return
        print(f"Run {last.run_id} before this one: {last.message}.", flush=True)
        records.write(replace(last, notified=self._report(last)))

    def _is_repeated(self) -> bool:
        """Whether this failure of a step was reported when the orchestrator tried it before."""
        group, step = self._record.group, notify.find_failed_step(self._record)
        return any(
            group and one.group == group and one.notified and notify.find_failed_step(one) == step
            for one in self._earlier
        )

    def _report(self, record: RunRecord) -> bool:
        return notify.report(self._settings.notify, self._name, record)

    def _now(self) -> datetime:
        """The time by the clock with which the run began, also when that was set back since."""
        return self._record.started + timedelta(seconds=time.monotonic() - self._began)

    def _add(self, step: StepRecord) -> None:
        self._record = replace(self._record, steps=[*self._record.steps, step])
        records.write(self._record)

    def _replace_last(self, step: StepRecord) -> None:
        self._record = replace(self._record, steps=[*self._record.steps[:-1], step])
        records.write(self._record)


def refuse_before(earlier: Sequence[PipelineStep], config: Any, name: str) -> None:
    """Raises UserError when a step before the one of that name is not up to date."""
    for step in earlier:
        reason = state.NOT_DONE
        if state.read_done(step):
            reason = state.explain(step, state.read_now(step, config))
        if reason:
            raise UserError(
                f'the step "{name}" cannot run yet: "{step.name}" before it is not up to date, '
                f'because {reason}: run "uv run poe pipeline --only {step.name}" first'
            )


def explain_failure(
    step: PipelineStep, end: process.ProcessEnd, done: state.StepState
) -> tuple[str, int]:
    """Returns what is wrong and the status of `poe pipeline`; "" and 0 when the step is done."""
    if end.status:
        return f'the step "{step.name}" {end.reason}', 2 if end.status == 2 else 1
    missing = [name for name, value in done.outputs.items() if value == MISSING]
    if missing:
        reason = f'ended without an error, but wrote no "{missing[0]}": see what its command writes'
        return f'the step "{step.name}" {reason}', 2
    return "", 0


def add_up(ends: Sequence[process.ProcessEnd]) -> process.ProcessEnd:
    """Returns the last end, with what all tries took together."""
    return replace(
        ends[-1],
        cpu_seconds=_combine(sum, [end.cpu_seconds for end in ends]),
        peak_memory_bytes=_combine(max, [end.peak_memory_bytes for end in ends]),
        waiting_seconds=_combine(sum, [end.waiting_seconds for end in ends]),
    )


def _combine(function: Callable[[list[Any]], Any], values: Sequence[Any]) -> Any:
    known = [value for value in values if value is not None]
    return function(known) if known else None
