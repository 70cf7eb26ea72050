"""Pages of metrics as HTML that needs no other file."""

import html
from collections.abc import Sequence
from dataclasses import dataclass

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #1f2430; max-width: 62rem; }
body { margin: 2rem auto; padding: 0 1rem; } h2 { margin-top: 2.5rem; font-size: 1.2rem; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr)); gap: 1.5rem; }
dt { color: #5b6470; } dd { margin: 0; font-size: 1.6rem; font-variant-numeric: tabular-nums; }
small { color: #5b6470; display: block; font-size: 0.85rem; } svg { max-width: 100%; }
svg text { font: 12px system-ui, sans-serif; fill: #5b6470; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
td, th { padding: 0.25rem 2rem 0.25rem 0; border-bottom: 1px solid #dfe3e8; text-align: left; }
"""


@dataclass(frozen=True)
class Line:
    """One metric as a page shows it."""

    name: str
    value: str
    remark: str


def render_lines(lines: Sequence[Line]) -> str:
    """Returns the metrics side by side, each with its remark below it."""
    cells = []
    for line in lines:
        value = f"{html.escape(line.value)}<small>{html.escape(line.remark)}</small>"
        cells.append(f"<div><dt>{html.escape(line.name)}</dt><dd>{value}</dd></div>")
    return f"<dl>{''.join(cells)}</dl>"


def make_page(title: str, parts: Sequence[str], style: str = "") -> str:
    """Returns a page; the parts are HTML, `style` is added to the style of every page."""
    escaped = html.escape(title)
    viewport = '<meta name="viewport" content="width=device-width">'
    css = f"<style>{STYLE}{style}</style>"
    head = f'<meta charset="utf-8">{viewport}<title>{escaped}</title>{css}'
    body = "\n".join(parts)
    return f"<!doctype html><html lang='en'><head>{head}</head><body>{body}</body></html>\n"


def format_duration(seconds: float | None) -> str:
    """Returns a duration in the largest unit of which there are at least two."""
    if seconds is None:
        return "none yet"
    for size, unit in ((86400, "days"), (3600, "hours"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.1f} s"
