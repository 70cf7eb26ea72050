"""`poe reliability`: how well the pipeline runs, from its records alone.

Writes reports/reliability.json and reports/reliability.html.
"""

import math
import os
from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import fmean, median, pstdev
from typing import Any

from .. import user_paths
from ..command_line import Arguments, run
from ..errors import UserError
from ..files import save_json
from . import records
from .prices import read_prices
from .records import RunRecord, StepRecord

DESCRIPTION = "How well the pipeline runs: success, recovery, duration, utilisation, cost."
VALUES = Path("reports/reliability.json")
PRICE_VARIABLE = "RUN_PRICE_PER_HOUR"
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Spread:
    """A metric of the model over trainings on the same data."""

    runs: int
    mean: float
    std: float
    lowest: float
    highest: float


@dataclass(frozen=True)
class Reliability:
    """What the records say; None: there is nothing to measure yet."""

    runs: int  # that are over, those in which nothing had to run as well
    finished: int
    failed: int  # failed, refused, killed or stopped
    success_rate: float | None
    outages: int  # runs of failures, one or more in a row, that a good run ended
    recovery_seconds: float | None  # mean, from the first failure to the next good run
    failing_since: datetime | None  # an outage that is not over
    seconds_median: float | None  # of finished runs in which a step ran
    seconds_highest: float | None
    cpu_utilisation: float | None  # of all cores, while a step ran
    waiting_share: float | None  # of the time of the steps, neither computing nor queued
    peak_memory_bytes: int | None
    retries: int
    usd_total: float | None
    usd_per_run: float | None
    reruns: int  # trainings whose inputs were those of an earlier one
    equal_reruns: int  # of these, trainings with the same result, byte by byte
    seeds: int  # different seeds among the trainings on the newest data
    spreads: Mapping[str, Spread]
    models: int  # runs with a new registered model or, without a registry, a new model
    models_per_week: float | None
    lead_seconds: float | None  # median, from the commit to its model
    change_failure_rate: float | None  # failed runs of those in which a step ran
    step_seconds: Mapping[str, float]  # step -> median


def measure(
    found: Sequence[RunRecord], price: float | None, prices: Mapping[str, float]
) -> Reliability:
    """Returns the values of these runs, oldest first.

    `price` is USD for an hour of any machine; None: that of its size in `prices`.
    """
    over = [one for one in found if one.exit_reason != records.RUNNING]
    good = [one for one in over if one.exit_reason in records.GOOD]
    worked = [one for one in over if any(step.attempts for step in one.steps)]
    finished = [one.seconds for one in worked if one in good and one.seconds is not None]
    steps = [step for one in over for step in one.steps if step.attempts and step.ended]
    recoveries, failing_since = find_outages(over)
    costs = [cost for cost in (find_cost(one, price, prices) for one in worked) if cost is not None]
    reruns, equal = count_reruns(over)
    trainings = find_trainings_on_newest_data(over)
    models = [one for one in good if has_new_model(one)]
    leads = [find_lead(one) for one in models]
    known_leads = [lead for lead in leads if lead is not None]
    peaks = [step.peak_memory_bytes for step in steps if step.peak_memory_bytes is not None]
    return Reliability(
        runs=len(over),
        finished=len(good),
        failed=len(over) - len(good),
        success_rate=len(good) / len(over) if over else None,
        outages=len(recoveries),
        recovery_seconds=fmean(recoveries) if recoveries else None,
        failing_since=failing_since,
        seconds_median=median(finished) if finished else None,
        seconds_highest=max(finished, default=None),
        cpu_utilisation=find_utilisation(over),
        waiting_share=find_waiting_share(steps),
        peak_memory_bytes=max(peaks, default=None),
        retries=sum(step.attempts - 1 for step in steps),
        usd_total=sum(costs) if costs else None,
        usd_per_run=fmean(costs) if costs else None,
        reruns=reruns,
        equal_reruns=equal,
        seeds=len({tuple(one.seeds) for one in trainings}),
        spreads=find_spreads(trainings),
        models=len(models),
        models_per_week=find_rate(models, over),
        lead_seconds=median(known_leads) if known_leads else None,
        change_failure_rate=find_failure_rate(worked),
        step_seconds=find_step_seconds(steps),
    )


def find_outages(over: Sequence[RunRecord]) -> tuple[list[float], datetime | None]:
    """Returns how long each outage took, and since when the pipeline fails, if it does.

    Stopping a run by hand is no outage.
    """
    recoveries = []
    began: datetime | None = None
    for record in over:
        end = record.ended or record.started
        if record.exit_reason in records.GOOD:
            if began:
                recoveries.append(max(0.0, (end - began).total_seconds()))
            began = None
        elif began is None and record.exit_reason != records.STOPPED:
            began = end
    return recoveries, began


def find_cost(record: RunRecord, price: float | None, prices: Mapping[str, float]) -> float | None:
    """Returns USD for the machine of one run; None when its price is not known."""
    hourly = prices.get(record.instance_type or "") if price is None else price
    if hourly is None or record.seconds is None:
        return None
    return hourly * record.seconds / 3600


def find_utilisation(over: Sequence[RunRecord]) -> float | None:
    """Returns the share of all cores that steps used while they ran."""
    used, available = 0.0, 0.0
    for record in over:
        for step in record.steps:
            if record.cores and step.cpu_seconds is not None and step.ended:
                used += step.cpu_seconds
                available += record.cores * find_seconds(step)
    return used / available if available else None


def find_waiting_share(steps: Sequence[StepRecord]) -> float | None:
    """Returns the share of the time of steps in which they waited for data, network or others."""
    known = [step for step in steps if step.waiting_seconds is not None]
    total = sum(find_seconds(step) for step in known)
    return sum(step.waiting_seconds or 0.0 for step in known) / total if total else None


def find_seconds(step: StepRecord) -> float:
    """Returns how long a step took."""
    return (step.ended - step.started).total_seconds() if step.ended else 0.0


def find_training(record: RunRecord) -> StepRecord | None:
    """Returns the training of a run; None when it trained nothing."""
    for step in record.steps:
        if step.name == "train" and step.attempts and step.exit_reason == records.FINISHED:
            return step
    return None


def count_reruns(over: Sequence[RunRecord]) -> tuple[int, int]:
    """Returns the trainings with the inputs of an earlier one, and how many came out equal."""
    first: dict[str, str] = {}
    reruns, equal = 0, 0
    for record in over:
        training = find_training(record)
        if training is None:
            continue
        if training.input_hash in first:
            reruns += 1
            equal += training.output_hash == first[training.input_hash]
        first.setdefault(training.input_hash, training.output_hash)
    return reruns, equal


def find_trainings_on_newest_data(over: Sequence[RunRecord]) -> list[RunRecord]:
    """Returns the good runs that trained on the same prepared data as the newest of them."""
    trainings = [one for one in over if find_training(one) and one.exit_reason in records.GOOD]
    if not trainings:
        return []
    newest = _find_data(trainings[-1])
    return [one for one in trainings if _find_data(one) == newest]


def _find_data(record: RunRecord) -> str:
    hashes = [step.output_hash for step in record.steps if step.name == "data"]
    return hashes[0] if hashes else ""


def find_spreads(trainings: Sequence[RunRecord]) -> dict[str, Spread]:
    """Returns the spread of every metric that is known of two trainings and more."""
    values: dict[str, list[float]] = {}
    for record in trainings:
        for name, value in record.metrics.items():
            if math.isfinite(value):
                values.setdefault(name, []).append(value)
    spreads = {}
    for name, known in values.items():
        if len(known) > 1:
            mean, std = fmean(known), pstdev(known)
            spreads[name] = Spread(len(known), mean, std, min(known), max(known))
    return spreads


def has_new_model(record: RunRecord) -> bool:
    """Whether a run registered a model or, without that step, trained one."""
    registrations = [step for step in record.steps if step.name == "register"]
    if registrations:
        return bool(registrations[0].attempts)
    return find_training(record) is not None


def find_lead(record: RunRecord) -> float | None:
    """Returns seconds from the commit to the end of the run; None without a commit."""
    if record.committed is None or record.ended is None:
        return None
    return max(0.0, (record.ended - record.committed).total_seconds())


def find_rate(models: Sequence[RunRecord], over: Sequence[RunRecord]) -> float | None:
    """Returns models a week; None before the first week is over."""
    if not over:
        return None
    span = (over[-1].ended or over[-1].started) - over[0].started
    return len(models) / (span / WEEK) if span >= WEEK else None


def find_failure_rate(worked: Sequence[RunRecord]) -> float | None:
    """Returns the share of runs in which a step ran and that did not end well."""
    if not worked:
        return None
    return sum(one.exit_reason not in records.GOOD for one in worked) / len(worked)


def find_step_seconds(steps: Sequence[StepRecord]) -> dict[str, float]:
    """Returns the median time of each step that finished."""
    seconds: dict[str, list[float]] = {}
    for step in steps:
        if step.exit_reason == records.FINISHED:
            seconds.setdefault(step.name, []).append(find_seconds(step))
    return {name: median(values) for name, values in seconds.items()}


def read_price(option: str | None) -> float | None:
    """Returns USD for an hour: the option or the variable; None when neither is set."""
    text = option or os.environ.get(PRICE_VARIABLE)
    if not text:
        return None
    try:
        price = float(text)
    except ValueError:
        price = math.nan
    if not 0 <= price < math.inf:
        raise UserError(f'"{text}" is not a price: give USD for an hour, such as 0.17')
    return price


def main(argv: Sequence[str] | None = None) -> int:
    """Prints the values, and writes page and JSON; status 2 when there is no record."""
    help_price = f"for an hour of the machine (default: {PRICE_VARIABLE}, or infra/prices.tf)"
    help_records = "another folder of records, such as those of a CI job"
    arguments: Arguments = {
        "--price": {"metavar": "USD", "help": help_price},
        "--each": {"metavar": "DIR", "help": "one page over all repositories in a folder"},
        "--records": {"metavar": "FOLDER", "type": Path, "help": help_records},
    }
    return run("reliability", DESCRIPTION, report, argv, arguments)


def report(arguments: Namespace) -> None:
    """Measures the runs whose records are in the folder."""
    from . import batch_records, reliability_page

    if arguments.each:
        report_each(arguments.each, read_price(arguments.price))
        return
    folder = arguments.records or records.FOLDER
    found = records.join_groups(records.read_records(folder))
    if not found:
        raise UserError(f'"{folder}" has no record: "uv run poe pipeline" writes them')
    values = measure(found, read_price(arguments.price), read_prices())
    batch = batch_records.read()
    content = to_json(values)
    if batch:
        content["batch"] = to_json(measure(batch, None, {}))
    save_json(VALUES, content)
    batch_lines = batch_records.format_lines(batch)
    page = reliability_page.write(values, found, batch_lines)
    for line in [*reliability_page.format_lines(values), *batch_lines]:
        print(f"{line.name:24} {line.value:12} {line.remark}")
    print(f"open {page.resolve().as_uri()}")


def to_json(values: Reliability) -> dict[str, Any]:
    """Returns the values as JSON has them."""
    content = asdict(values)
    if values.failing_since:
        content["failing_since"] = values.failing_since.astimezone(UTC).isoformat()
    return content


def report_each(name: str, price: float | None) -> None:
    """Writes one page over the repositories in a folder."""
    from . import each_page

    repositories = each_page.read_each(user_paths.find(name), name, price)
    shared = each_page.find_shared(repositories)
    page = each_page.write(repositories, shared)
    for repository in repositories:
        name, experiment, runs, success, *_, newest = each_page.format_cells(repository)
        print(f"{name:24} {experiment:20} {runs:>5} runs {success:>9}  {newest}")
    for sentence in shared:
        print(f"{sentence}.")
    print(f"open {page.resolve().as_uri()}")


if __name__ == "__main__":
    raise SystemExit(main())
