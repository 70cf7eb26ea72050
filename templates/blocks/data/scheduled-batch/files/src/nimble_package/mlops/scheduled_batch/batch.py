"""`poe batch`: one run of the batch prediction that batch.yaml describes.

Status 0: published; 1: a check failed, and what was published before stays; 2: bad input.
"""

import os
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ...project import PROJECT
from ..batch.rows import find_files
from ..batch.run import Options, predict_files
from ..commands import with_hooks
from ..errors import UserError
from ..file_lock import try_lock
from ..git_output import read_state
from ..hook_points import Batch, BatchFinding, Command
from ..hooks import HOOKS
from ..project import MODEL
from . import alarms, checks, record, settings, sink
from .record import BatchRecord
from .sample import read_sample
from .settings import Settings

DESCRIPTION = "Predict for the inputs of batch.yaml, check them, and publish the predictions."
LOCK = record.FOLDER / "run.lock"
RUN = "run"  # the alarm of a run that could not predict at all


def main(argv: Sequence[str] | None = None) -> int:
    """Returns 0, 1 when a check failed, 2 when the inputs cannot be read."""
    return with_hooks.run("batch", DESCRIPTION, run_batch, argv)


def run_batch(command: Command) -> int:
    """Predicts under a lock, writes the record, and opens or closes alarms."""
    wanted = settings.read()
    if not wanted.inputs:
        raise UserError(f'"inputs" in {settings.FILE} is empty: name the files to predict for')
    LOCK.parent.mkdir(parents=True, exist_ok=True)
    with LOCK.open("w", encoding="utf-8") as file:
        if not try_lock(file):
            raise UserError("another batch is running here: wait until it has ended")
        return _run(wanted, command.config)


def _run(wanted: Settings, config: Any) -> int:
    found = close_killed(record.read_all())
    current, began = begin(wanted, found), time.monotonic()
    record.write(current)
    project = config.experiment
    try:
        current = make_predictions(wanted, config, current, found)
    except BaseException as error:
        is_refused = isinstance(error, UserError)
        message = str(error) if is_refused else repr(error)
        reason = record.REFUSED if is_refused else record.FAILED
        end(replace(current, message=message), reason, began)
        alarms.update(project, {RUN: message}, lambda name: name == RUN)
        raise
    failed = {check.name: check.message for check in current.checks if not check.passed}
    if not failed:
        target = sink.publish(wanted, current)
        current = replace(current, published=True)
        print(f'{current.predictions:,} predictions are in "{target.as_posix()}".')
    message = "; ".join(failed.values())
    reason = record.FAILED if failed else record.FINISHED
    end(replace(current, message=message), reason, began)
    alarms.update(project, failed, lambda name: not name.startswith("metric"))
    if failed:
        print(f'Not published: {", ".join(failed)}. "{current.folder}" has the predictions.')
    return 1 if failed else 0


def begin(wanted: Settings, found: Sequence[BatchRecord]) -> BatchRecord:
    """Returns the record of a run that begins now."""
    number = max((one.number for one in found), default=0) + 1
    now = datetime.now(UTC)
    commit, _ = read_state()
    run_id = record.make_id(number)
    last = found[-1] if found else None
    inputs = wanted.name_inputs(f"{now:%Y-%m-%d}")
    folder = sink.find_folder(wanted, run_id)
    if last and last.exit_reason == record.KILLED and list(last.inputs) == inputs:
        folder = Path(last.folder)  # continued
    return BatchRecord(
        run_id=run_id,
        number=number,
        started=now,
        trigger=os.environ.get("PIPELINE_TRIGGER", "manual"),
        commit=commit,
        inputs=inputs,
        folder=folder.as_posix(),
    )


def close_killed(found: Sequence[BatchRecord]) -> list[BatchRecord]:
    """Returns the records; one of a run that ended without saying so is written as killed."""
    result = []
    for one in found:
        if one.exit_reason == record.RUNNING:
            message = "the run was killed"
            one = replace(one, ended=one.started, exit_reason=record.KILLED, message=message)
            record.write(one)
        result.append(one)
    return result


def make_predictions(
    wanted: Settings, config: Any, current: BatchRecord, found: Sequence[BatchRecord]
) -> BatchRecord:
    """Returns the record with what was predicted and checked."""
    age = check_age(wanted, current)
    if not age.passed:
        return replace(current, checks=[age])
    folder = Path(current.folder)
    options = Options(folder, current.folder, wanted.output_format, id_column=wanted.id or None)
    try:
        result = predict_files(current.inputs, options)
    except UserError:
        is_continued = any(one.folder == current.folder for one in found)
        if not is_continued:
            raise
        # Model, code or inputs are others than before the run was killed.
        folder = sink.find_folder(wanted, current.run_id)
        current = replace(current, folder=folder.as_posix())
        result = predict_files(current.inputs, replace(options, out=folder, name=current.folder))
    model = PROJECT.load_model(MODEL)
    target = PROJECT.signature(model).outputs[0]
    column, counts = checks.count_values(checks.read_predictions(folder), target.name)
    current = replace(
        current,
        rows=result.totals.rows,
        predictions=result.totals.predictions,
        column=column,
        is_number=target.kind == "number",
        model=result.version.sha256,
        model_run_id=result.version.run_id,
    )
    findings = [age, *checks.check_counts(wanted, current.rows, current.predictions)]
    findings.append(checks.check_share(wanted, counts, column))
    findings += check_inputs(wanted, Batch(config, model, []), current)
    return replace(current, checks=findings)


def check_age(wanted: Settings, current: BatchRecord) -> BatchFinding:
    """Returns whether the newest input is new enough; checked before anything is predicted."""
    if not wanted.max_age_hours:
        return BatchFinding("max_age", True, "any age is allowed")
    files = [path for _, path in find_files(current.inputs)]
    newest = max(path.stat().st_mtime for path in files)
    hours = max(0.0, (current.started.timestamp() - newest) / 3600)
    allowed = f"{wanted.max_age_hours:g} hours are allowed"
    message = f"the newest input is {hours:.1f} hours old, {allowed}"
    return BatchFinding("max_age", hours <= wanted.max_age_hours, message)


def check_inputs(wanted: Settings, batch: Batch, current: BatchRecord) -> list[BatchFinding]:
    """Returns the checks that other parts bring, on a sample of the inputs."""
    names = [name for name in HOOKS.batch_checks if name not in wanted.checks.ignore]
    if not names or not current.predictions:
        return []
    sample = read_sample(batch.model, current.inputs, wanted.id or None)
    found: list[BatchFinding] = []
    for name in names:
        found += HOOKS.batch_checks[name](replace(batch, inputs=sample))
    return found


def end(current: BatchRecord, reason: str, began: float) -> None:
    """Writes the record of a run that is over, and prints its checks."""
    now = current.started + timedelta(seconds=time.monotonic() - began)
    steps = [record.make_step(current, now, reason)]
    record.write(replace(current, ended=now, exit_reason=reason, steps=steps))
    for check in current.checks:
        print(f"{'passed' if check.passed else 'FAILED'}  {check.name}: {check.message}")


if __name__ == "__main__":
    raise SystemExit(main())
