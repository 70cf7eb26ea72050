"""The page of `poe reliability`: values and plots as HTML that needs no other file."""

import html
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..files import write_whole
from ..html_page import Line, format_duration, make_page, render_lines
from . import records
from .records import RunRecord
from .reliability import PRICE_VARIABLE, Reliability, Spread, find_seconds

PAGE = Path("reports/reliability.html")
TITLE = "Reliability of the pipeline"
MAX_BARS = 60  # of the newest runs
COLOURS = {
    records.FINISHED: "#3b6fb6",
    records.UP_TO_DATE: "#b9c7d9",
    records.FAILED: "#c0392b",
    records.REFUSED: "#d98c1f",
    records.KILLED: "#7b2d8b",
    records.STOPPED: "#8a8f98",
    records.RUNNING: "#2a9d6f",
}
KEY_STYLE = """
.key span { display: inline-block; width: 0.8em; height: 0.8em; margin: 0 0.3em 0 1em; }
"""


def write(values: Reliability, found: Sequence[RunRecord], batch: Sequence[Line] = ()) -> Path:
    """Writes the page and returns its path."""
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    write_whole(PAGE, render(values, found, batch).encode())
    return PAGE


def format_lines(values: Reliability) -> list[Line]:
    """Returns name, value and a remark for each value."""
    since = "the mean, from the first failure to the next good run"
    if values.failing_since:
        since = f"failing since {values.failing_since:%Y-%m-%d %H:%M} UTC"
    rate = f"set {PRICE_VARIABLE}, or run on a size of infra/prices.tf"
    if values.usd_total is not None:
        rate = f"{values.usd_total:.2f} USD in total, for the machine"
    peak = "not known"
    if values.peak_memory_bytes is not None:
        peak = f"{values.peak_memory_bytes / 1e6:,.0f} MB"
    models = f"{values.models} in total, of finished runs"
    highest = f"the median; the longest took {format_duration(values.seconds_highest)}"
    seeds = "1 seed" if values.seeds == 1 else f"{values.seeds} seeds"
    equal = f"of trainings with equal inputs; {seeds} on the newest data"
    failed = f"{values.failed} of {values.runs} runs failed, or were refused, killed or stopped"
    return [
        Line("success rate", format_share(values.success_rate), failed),
        Line("time to recovery", format_duration(values.recovery_seconds), since),
        Line("duration of a run", format_duration(values.seconds_median), highest),
        Line("CPU utilisation", format_share(values.cpu_utilisation), "of all cores, by steps"),
        Line("waiting", format_share(values.waiting_share), "of a step: data, network, others"),
        Line("peak memory", peak, f"of a step; tried again: {values.retries} times"),
        Line("cost of a run", format_usd(values.usd_per_run), rate),
        Line("equal reruns", f"{values.equal_reruns} of {values.reruns}", equal),
        Line("commit to model", format_duration(values.lead_seconds), "the median"),
        Line("models a week", format_number(values.models_per_week), models),
        Line("change failure rate", format_share(values.change_failure_rate), "of runs with work"),
    ]


def format_share(value: float | None) -> str:
    """Returns a share in percent."""
    return "none yet" if value is None else f"{value:.0%}"


def format_usd(value: float | None) -> str:
    """Returns an amount of money."""
    return "not known" if value is None else f"{value:.4f} USD"


def format_number(value: float | None) -> str:
    """Returns a number with one decimal; rates need a week."""
    return "none yet" if value is None else f"{value:.1f}"


def render(values: Reliability, found: Sequence[RunRecord], batch: Sequence[Line] = ()) -> str:
    """Returns the page."""
    keys = [f'<span style="background:{colour}"></span>{name}' for name, colour in COLOURS.items()]
    parts = [
        f"<h1>{TITLE}</h1>",
        render_lines([*format_lines(values), *batch]),
        "<h2>Duration of each run, oldest first</h2>",
        draw_runs(found),
        f'<p class="key">{"".join(keys)}</p>',
        "<h2>Time of each step: computing, waiting and the rest, of its newest run</h2>",
        draw_steps(found),
        "<h2>Metrics over trainings on the newest data</h2>",
        draw_spreads(values.spreads),
    ]
    return make_page(TITLE, parts, KEY_STYLE)


def draw_runs(found: Sequence[RunRecord]) -> str:
    """Returns one bar for each of the newest runs, its colour by how it ended."""
    shown = found[-MAX_BARS:]
    highest = max([*(one.seconds or 0.0 for one in shown), 1e-9])
    width = min(700 / len(shown), 60)
    shapes = [f'<text x="0" y="26">{highest:.3g} s</text>', '<text x="0" y="172">0</text>']
    for index, record in enumerate(shown):
        height = max(150 * (record.seconds or 0.0) / highest, 2)
        started = f"{record.started:%Y-%m-%d %H:%M} UTC"
        text = f"{record.run_id}, {started}: {record.exit_reason}, {record.seconds or 0:.1f} s"
        position = f'x="{60 + index * width:.1f}" y="{170 - height:.1f}"'
        size = f'width="{width * 0.8:.1f}" height="{height:.1f}"'
        colour = COLOURS.get(record.exit_reason, "#8a8f98")
        title = f"<title>{html.escape(text)}</title>"
        shapes.append(f'<rect {position} {size} fill="{colour}">{title}</rect>')
    first, last = f"{shown[0].started:%Y-%m-%d}", f"{shown[-1].started:%Y-%m-%d}"
    shapes.append(f'<text x="60" y="190">{first}</text>')
    if last != first:
        end = max(60 + len(shown) * width, 200)
        shapes.append(f'<text x="{end:.1f}" y="190" text-anchor="end">{last}</text>')
    return f'<svg viewBox="0 0 780 200" width="780">{"".join(shapes)}</svg>'


def draw_steps(found: Sequence[RunRecord]) -> str:
    """Returns one line for each step: how long it computed, waited, and was queued or started."""
    newest = {}
    for record in found:
        for step in record.steps:
            if step.attempts and step.exit_reason == records.FINISHED:
                newest[step.name] = step
    if not newest:
        return "<p>No step has finished yet.</p>"
    longest = max([*(find_seconds(step) for step in newest.values()), 1e-9])
    shapes = []
    for index, step in enumerate(newest.values()):
        y = 10 + index * 28
        total = find_seconds(step)
        waiting = min(step.waiting_seconds or 0.0, total)
        computing = min(step.cpu_seconds or 0.0, total - waiting)
        rest = total - waiting - computing
        shapes.append(f'<text x="0" y="{y + 14}">{html.escape(step.name)}</text>')
        x = 110.0
        for seconds, colour in ((computing, "#3b6fb6"), (waiting, "#d98c1f"), (rest, "#dfe3e8")):
            width = 560 * seconds / longest
            size = f'width="{width:.1f}" height="18"'
            shapes.append(f'<rect x="{x:.1f}" y="{y}" {size} fill="{colour}"/>')
            x += width
        shapes.append(f'<text x="{x + 6:.1f}" y="{y + 14}">{total:.1f} s</text>')
    height = 20 + len(newest) * 28
    plot = f'<svg viewBox="0 0 780 {height}" width="780">{"".join(shapes)}</svg>'
    keys = (("#3b6fb6", "computing"), ("#d98c1f", "waiting"), ("#dfe3e8", "starting or queued"))
    spans = [f'<span style="background:{colour}"></span>{name}' for colour, name in keys]
    return f'{plot}<p class="key">{"".join(spans)}</p>'


def draw_spreads(spreads: Mapping[str, Spread]) -> str:
    """Returns a table; a spread needs two trainings."""
    if not spreads:
        return "<p>A spread needs two trainings on the same data.</p>"
    rows = [
        "<tr><th>metric</th><th>runs</th><th>mean</th><th>std</th><th>lowest</th><th>highest</th></tr>"
    ]
    for name, one in spreads.items():
        numbers = (one.mean, one.std, one.lowest, one.highest)
        cells = "".join(f"<td>{number:.4f}</td>" for number in numbers)
        rows.append(f"<tr><td>{html.escape(name)}</td><td>{one.runs}</td>{cells}</tr>")
    return f"<table>{''.join(rows)}</table>"
