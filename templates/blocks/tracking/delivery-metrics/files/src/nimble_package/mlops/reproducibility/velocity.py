"""`python -m nimble_package.mlops.reproducibility.velocity`: the team's speed.

From its tracker; writes reports/velocity.html and reports/velocity.json.
"""

import html
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from ...config import load as load_config
from .. import runs, settings
from ..manifest import save_json
from ..settings import UserError
from . import state

PAGE, FIGURES = Path("reports/velocity.html"), Path("reports/velocity.json")
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #1f2430; max-width: 62rem; }
body { margin: 2rem auto; padding: 0 1rem; } h2 { margin-top: 2.5rem; font-size: 1.2rem; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: 1.5rem; }
dt { color: #5b6470; } dd { margin: 0; font-size: 1.6rem; font-variant-numeric: tabular-nums; }
small { color: #5b6470; display: block; font-size: 0.85rem; } svg { max-width: 100%; }
svg text { font: 12px system-ui, sans-serif; fill: #5b6470; } svg rect { fill: #3b6fb6; }
"""


def measure(
    found: Sequence[runs.Stored], began: datetime | None, price: float, now: datetime
) -> dict[str, Any]:
    """The figures of these runs.

    Args:
        found: every run, oldest first.
        began: the first commit; none counts from the first run.
        price: USD for an hour of the machine.
        now: the end of the last week that is counted.
    """
    again = [run for run in found if run.tags.get("reproduces")]
    below = [run for run in found if run.tags.get("parent")]
    own = [run for run in found if run not in again and run not in below]
    done = [run for run in own if run.status == "finished"]
    first = done[0] if done else None
    start = began if began and first and began <= first.started else first and first.started
    ready = first.started + timedelta(seconds=first.seconds or 0) if first else None
    seconds = [run.seconds for run in done if run.seconds is not None]
    spent = [run.seconds or 0.0 for run in found]
    paid = sum(run.metrics.get("cost_usd", 0.0) for run in found)
    cost = sum(spent) / 3600 * price + paid
    outcomes = {run.tags["reproduces"]: "different" for run in again}
    outcomes |= {run.tags["reproduces"]: "equal" for run in again if is_equal(run)}
    equal = sum(outcome == "equal" for outcome in outcomes.values())
    weeks = by_week(own, now)
    return {
        "first_model_seconds": (ready - start).total_seconds() if ready and start else None,
        "experiments": len(own),
        "failed": sum(run.status == "failed" for run in own),
        "below": len(below),
        "experiments_per_week": sum(weeks.values()) / len(weeks) if weeks else 0.0,
        "weeks": weeks,
        "seconds_median": median(seconds) if seconds else None,
        "seconds_total": sum(spent),
        "seconds": [round(value, 1) for value in seconds],
        "usd_per_hour": price,
        "usd_total": round(cost, 4),
        "usd_per_experiment": round(cost / len(own), 4) if own else None,
        "made_again": len(outcomes),
        "reproduced": equal,
        "reproduced_share": equal / len(outcomes) if outcomes else None,
    }


def is_equal(run: runs.Stored) -> bool:
    """Whether a run that makes another one again came out equal."""
    return run.tags.get("reproduced") == "equal"


def by_week(found: Sequence[runs.Stored], now: datetime) -> dict[str, int]:
    """Runs by ISO week, from the first to the present one; weeks without any are zero."""
    if not found:
        return {}
    counts = Counter(week(run.started) for run in found)
    first = min(run.started for run in found)
    days = range(max((now - first).days + 8, 1))
    all_weeks = [week(first + timedelta(days=day)) for day in days]
    return {name: counts[name] for name in dict.fromkeys(all_weeks) if name <= week(now)}


def week(when: datetime) -> str:
    """Such as 2026-W47; sorts like time."""
    year, number, _ = when.isocalendar()
    return f"{year}-W{number:02}"


def span(seconds: float | None) -> str:
    """A time for people."""
    if seconds is None:
        return "none yet"
    for size, unit in ((86400, "days"), (3600, "hours"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.1f} s"


def said(figures: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Name, value and a remark for each figure."""
    share, tried = figures["reproduced_share"], figures["made_again"]
    price = figures["usd_per_hour"]
    whose = f"at {price} USD an hour" if price else "the machine counts nothing: RUN_PRICE_PER_HOUR"
    cost = figures["usd_per_experiment"]
    return [
        ("time to first model", span(figures["first_model_seconds"]), "from the first commit"),
        (
            "experiments a week",
            f"{figures['experiments_per_week']:.1f}",
            f"{figures['experiments']} in all, {figures['failed']} failed, "
            f"{figures['below']} below other runs besides: trials, slices",
        ),
        (
            "time of an experiment",
            span(figures["seconds_median"]),
            f"the median; {span(figures['seconds_total'])} in all",
        ),
        (
            "cost of an experiment",
            "none yet" if cost is None else f"{cost:.4f} USD",
            f"{figures['usd_total']} USD in all, {whose}",
        ),
        (
            "runs that reproduce",
            "none tried" if share is None else f"{share:.0%}",
            f"{figures['reproduced']} of {tried} that were made again",
        ),
    ]


def bars(values: Sequence[float], names: Sequence[str], unit: str) -> str:
    """Bars as SVG, the largest as high as the plot."""
    if not values:
        return "<p>No run yet.</p>"
    values, names = values[-60:], names[-60:]
    high, width = max([*values, 1e-9]), max(700 / len(values), 4)
    shapes = []
    for place, (value, name) in enumerate(zip(values, names, strict=True)):
        height, x = 150 * value / high, 50 + place * width
        shapes.append(
            f'<rect x="{x:.1f}" y="{170 - height:.1f}" width="{min(width * 0.8, 60):.1f}" '
            f'height="{height:.1f}"><title>{html.escape(name)}: {value:g} {unit}</title></rect>'
        )
        if place % max(len(values) // 8, 1) == 0:
            shapes.append(f'<text x="{x:.1f}" y="190">{html.escape(name)}</text>')
    scale = f'<text x="0" y="26">{high:.3g}</text><text x="0" y="172">0 {unit}</text>'
    return f'<svg viewBox="0 0 780 200" width="780">{scale}{"".join(shapes)}</svg>'


def page(figures: Mapping[str, Any], name: str) -> str:
    """The page as HTML that needs no other file."""
    cells = "".join(
        f"<div><dt>{html.escape(key)}</dt><dd>{html.escape(value)}"
        f"<small>{html.escape(remark)}</small></dd></div>"
        for key, value, remark in said(figures)
    )
    weeks, seconds = figures["weeks"], figures["seconds"]
    per_week = bars(list(weeks.values()), list(weeks), "runs")
    times = bars(seconds, [f"run {place + 1}" for place in range(len(seconds))], "s")
    title = html.escape(f"How fast {name} learns")
    body = (
        f"<h1>{title}</h1><dl>{cells}</dl><h2>Experiments by week</h2>{per_week}"
        f"<h2>Time of each experiment, oldest first</h2>{times}"
    )
    head = f'<meta charset="utf-8"><title>{title}</title><style>{STYLE}</style>'
    return f"<!doctype html><html lang='en'><head>{head}</head><body>{body}</body></html>\n"


def first_commit() -> datetime | None:
    """When the repository began; none without git."""
    try:
        known = state.line("log", "--reverse", "--format=%ct", "--", ".").split()
    except state.GitError:
        return None
    return datetime.fromtimestamp(int(known[0]), UTC) if known else None


def main(argv: Sequence[str] | None = None) -> int:
    """Prints the figures, and writes page and JSON."""

    def body(args: Any) -> None:
        name = load_config(args.config, args.overrides).experiment
        given = args.price or os.environ.get("RUN_PRICE_PER_HOUR") or "0"
        try:
            price = float(given)
        except ValueError:
            raise UserError(f'"{given}" is no price: USD for an hour, such as 0.17') from None
        figures = measure(runs.stored(name), first_commit(), price, datetime.now(UTC))
        save_json(FIGURES, figures)
        PAGE.write_text(page(figures, name), encoding="utf-8", newline="\n")
        for key, value, remark in said(figures):
            print(f"{key:22} {value:14} {remark}")
        print(f"open {PAGE.resolve().as_uri()}")

    price = {
        "metavar": "USD",
        "help": "for an hour of the machine; else RUN_PRICE_PER_HOUR, else 0",
    }
    return settings.command(__doc__, body, argv, **{"--price": price})


if __name__ == "__main__":
    raise SystemExit(main())
