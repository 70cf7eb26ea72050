"""`poe delivery-metrics`: time to first model, experiments a week, their time, cost and repeats.

Reads the tracker; writes reports/delivery-metrics.html and reports/delivery-metrics.json.
"""

import html
import os
from argparse import Namespace
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from ..project import PROJECT
from . import runs
from .command_line import run as run_command
from .errors import UserError
from .files import save_json, write_whole
from .html_page import Line, format_duration, make_page, render_lines
from .reproducibility import git_state
from .runs import TrackedRun

DESCRIPTION = "Time to first model, experiments a week, their time, cost and reproducibility."
PAGE = Path("reports/delivery-metrics.html")
VALUES = Path("reports/delivery-metrics.json")
PRICE_VARIABLE = "RUN_PRICE_PER_HOUR"
MAX_BARS = 60  # of the newest weeks or runs
BAR_LABELS = 8
BAR_STYLE = "svg rect { fill: #3b6fb6; }"


@dataclass(frozen=True)
class DeliveryMetrics:
    """The metrics of all runs of an experiment; None: there is nothing to measure yet."""

    first_model_seconds: float | None
    experiments: int
    failed: int
    child_runs: int  # such as the trials of a search
    experiments_per_week: float
    weeks: Mapping[str, int]  # such as 2026-W47 -> experiments
    seconds_median: float | None
    seconds_total: float
    seconds: Sequence[float]  # of each finished experiment, oldest first
    usd_per_hour: float
    usd_total: float
    usd_per_experiment: float | None
    repeated: int  # runs that were made again
    reproduced: int  # of these, runs that came out equal
    reproduced_share: float | None


def measure(
    all_runs: Sequence[TrackedRun], began: datetime | None, price: float, now: datetime
) -> DeliveryMetrics:
    """Returns the metrics of these runs.

    Args:
        all_runs: every run, oldest first.
        began: the first commit; None counts from the first run.
        price: USD for an hour of the machine.
        now: the end of the last week that is counted.
    """
    repeats = [run for run in all_runs if run.tags.get("reproduces")]
    children = [run for run in all_runs if run.tags.get("parent")]
    experiments = [run for run in all_runs if run not in repeats and run not in children]
    finished = [run for run in experiments if run.status == "finished"]
    seconds = [run.seconds for run in finished if run.seconds is not None]
    total = sum(run.seconds or 0.0 for run in all_runs)
    paid = sum(run.metrics.get("cost_usd", 0.0) for run in all_runs)
    cost = total / 3600 * price + paid
    repeated = {run.tags["reproduces"] for run in repeats}
    reproduced = {run.tags["reproduces"] for run in repeats if is_equal(run)}
    weeks = count_by_week(experiments, now)
    return DeliveryMetrics(
        first_model_seconds=_measure_first_model(finished, began),
        experiments=len(experiments),
        failed=sum(run.status == "failed" for run in experiments),
        child_runs=len(children),
        experiments_per_week=sum(weeks.values()) / len(weeks) if weeks else 0.0,
        weeks=weeks,
        seconds_median=median(seconds) if seconds else None,
        seconds_total=total,
        seconds=[round(value, 1) for value in seconds],
        usd_per_hour=price,
        usd_total=round(cost, 4),
        usd_per_experiment=round(cost / len(experiments), 4) if experiments else None,
        repeated=len(repeated),
        reproduced=len(reproduced),
        reproduced_share=len(reproduced) / len(repeated) if repeated else None,
    )


def _measure_first_model(finished: Sequence[TrackedRun], began: datetime | None) -> float | None:
    """Seconds from the first commit, or the start of the first run, to the end of that run."""
    if not finished:
        return None
    first = finished[0]
    start = first.started
    if began and began < start:
        start = began
    end = first.started + timedelta(seconds=first.seconds or 0)
    return (end - start).total_seconds()


def is_equal(run: TrackedRun) -> bool:
    """Whether a run that repeats another one came out equal."""
    return run.tags.get("reproduced") == "equal"


def count_by_week(counted: Sequence[TrackedRun], now: datetime) -> dict[str, int]:
    """Returns runs by ISO week, from the first to the present one; empty weeks are zero."""
    if not counted:
        return {}
    counts = Counter(name_week(run.started) for run in counted)
    day = min(run.started for run in counted)
    weeks = {}
    while name_week(day) <= name_week(now):
        weeks[name_week(day)] = counts[name_week(day)]
        day += timedelta(days=7)
    return weeks


def name_week(when: datetime) -> str:
    """Returns a name such as 2026-W47; it sorts like time."""
    year, number, _ = when.isocalendar()
    return f"{year}-W{number:02}"


def format_lines(values: DeliveryMetrics) -> list[Line]:
    """Returns name, value and a remark for each metric."""
    rate = f"the machine counts nothing: set {PRICE_VARIABLE}"
    if values.usd_per_hour:
        rate = f"at {values.usd_per_hour} USD an hour"
    cost = "none yet"
    if values.usd_per_experiment is not None:
        cost = f"{values.usd_per_experiment:.4f} USD"
    share = "none tried"
    if values.reproduced_share is not None:
        share = f"{values.reproduced_share:.0%}"
    count = f"{values.experiments} in total, {values.failed} failed"
    total = format_duration(values.seconds_total)
    return [
        Line(
            "time to first model",
            format_duration(values.first_model_seconds),
            "from the first commit",
        ),
        Line(
            "experiments a week",
            f"{values.experiments_per_week:.1f}",
            f"{count}; and {values.child_runs} child runs: trials, slices",
        ),
        Line(
            "time of an experiment",
            format_duration(values.seconds_median),
            f"the median; {total} in total",
        ),
        Line("cost of an experiment", cost, f"{values.usd_total} USD in total, {rate}"),
        Line(
            "runs that reproduce",
            share,
            f"{values.reproduced} of {values.repeated} that were made again",
        ),
    ]


def draw_bars(values: Sequence[float], names: Sequence[str], unit: str) -> str:
    """Returns bars as SVG, the largest as high as the plot."""
    if not values:
        return "<p>No run yet.</p>"
    values, names = values[-MAX_BARS:], names[-MAX_BARS:]
    highest = max([*values, 1e-9])
    width = max(700 / len(values), 4)
    label_every = max(len(values) // BAR_LABELS, 1)
    shapes = [
        f'<text x="0" y="26">{highest:.3g}</text>',
        f'<text x="0" y="172">0 {unit}</text>',
    ]
    for index, (value, name) in enumerate(zip(values, names, strict=True)):
        x = 50 + index * width
        height = 150 * value / highest
        title = f"<title>{html.escape(name)}: {value:g} {unit}</title>"
        position = f'x="{x:.1f}" y="{170 - height:.1f}"'
        size = f'width="{min(width * 0.8, 60):.1f}" height="{height:.1f}"'
        shapes.append(f"<rect {position} {size}>{title}</rect>")
        if index % label_every == 0:
            shapes.append(f'<text x="{x:.1f}" y="190">{html.escape(name)}</text>')
    return f'<svg viewBox="0 0 780 200" width="780">{"".join(shapes)}</svg>'


def render_page(values: DeliveryMetrics, name: str) -> str:
    """Returns the page as HTML that needs no other file."""
    run_names = [f"run {number}" for number in range(1, len(values.seconds) + 1)]
    title = f"Delivery metrics of {name}"
    parts = [
        f"<h1>{html.escape(title)}</h1>",
        render_lines(format_lines(values)),
        "<h2>Experiments by week</h2>",
        draw_bars(list(values.weeks.values()), list(values.weeks), "runs"),
        "<h2>Time of each experiment, oldest first</h2>",
        draw_bars(values.seconds, run_names, "s"),
    ]
    return make_page(title, parts, BAR_STYLE)


def find_first_commit() -> datetime | None:
    """Returns when the repository began; None without git."""
    try:
        times = git_state.read_line("log", "--reverse", "--format=%ct", "--", ".").split()
    except git_state.GitError:
        return None
    return datetime.fromtimestamp(int(times[0]), UTC) if times else None


def read_price(option: str | None) -> float:
    """Returns USD for an hour of the machine: the option, else the variable, else 0."""
    text = option or os.environ.get(PRICE_VARIABLE) or "0"
    try:
        return float(text)
    except ValueError:
        message = f'"{text}" is not a price: give USD for an hour, such as 0.17'
        raise UserError(message) from None


def main(argv: Sequence[str] | None = None) -> int:
    """Prints the metrics, and writes page and JSON."""
    help_price = f"for an hour of the machine (default: {PRICE_VARIABLE}, or 0)"
    arguments = {"--price": {"metavar": "USD", "help": help_price}}
    return run_command("delivery-metrics", DESCRIPTION, report, argv, arguments)


def report(arguments: Namespace) -> None:
    """Measures the runs of the configured experiment."""
    config = PROJECT.load_config(arguments.config, arguments.overrides)
    price = read_price(arguments.price)
    all_runs = runs.list_runs(config.experiment)
    values = measure(all_runs, find_first_commit(), price, datetime.now(UTC))
    save_json(VALUES, asdict(values))
    write_whole(PAGE, render_page(values, config.experiment).encode())
    for line in format_lines(values):
        print(f"{line.name:22} {line.value:14} {line.remark}")
    print(f"open {PAGE.resolve().as_uri()}")


if __name__ == "__main__":
    raise SystemExit(main())
