"""`uv run poe report`: metrics, plots and manifest of the last run on one page.

Everything in reports/plots/ is shown in the order of its name: *.png as an image, *.html as it is,
the first twenty rows of *.csv as a table. Images in other folders of reports/ follow, each under
the name of its folder.
"""

import argparse
import base64
import csv
import html
import io
import json
import struct
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from churn.mlops.files import load_json
from churn.mlops.project import BaselineScore
from churn.mlops.result_table import make_rows
from churn.mlops.verdict import Verdict

REPORTS = Path("reports")
MANIFEST = REPORTS / "manifest.json"
METRICS = REPORTS / "metrics.json"
PLOTS = REPORTS / "plots"
PAGE = REPORTS / "report.html"
BASELINES = {  # prefix of a metric -> how a sentence names it
    "baseline": "the baseline",
    "constant": "the best answer that is always the same",
}
MAX_ROWS = 20  # of a table
MAX_RATIO = 1.8  # of width to height, for two images in a row
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #1f2430; }
body { max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1 { margin-bottom: 0; } h2 { margin-top: 2.5rem; font-size: 1.2rem; }
.facts { color: #5b6470; margin-top: 0; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
td, th { padding: 0.25rem 2rem 0.25rem 0; border-bottom: 1px solid #dfe3e8; text-align: left; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(26rem, 1fr)); gap: 1.5rem; }
.plots > * { min-width: 0; margin: 0; } img { max-width: 100%; }
.plots > section, .plots > .wide { grid-column: 1 / -1; }
.scroll { overflow-x: auto; }
pre { overflow: auto; background: #f4f6f8; padding: 1rem; font-size: 0.8rem; border-radius: 4px; }
"""


def main() -> int:
    """Writes reports/report.html."""
    if not MANIFEST.is_file():
        print(f'"{MANIFEST.as_posix()}" is missing: run "uv run poe train" first', file=sys.stderr)
        return 2
    PAGE.write_text(render_page(), encoding="utf-8", newline="\n")
    print(f"open {PAGE.resolve().as_uri()}")
    return 0


def render_page() -> str:
    """Returns the page as HTML that needs no other file."""
    manifest = load_json(MANIFEST)
    name = html.escape(manifest["config"]["experiment"])
    facts = html.escape(describe(manifest))
    parts = [
        f'<h1>{name}</h1><p class="facts">{facts}</p>',
        "<h2>Model and baseline</h2>",
        render_table(make_rows(manifest["metrics"])),
        render_verdict(manifest["metrics"], "model."),
        *render_evaluation(),
        *render_plots_of_training(),
        *render_other_plots(),
    ]
    text = html.escape(json.dumps(manifest, indent=2, ensure_ascii=False))
    parts.append("<h2>Manifest</h2>")
    parts.append(f"<details><summary>all of it</summary><pre>{text}</pre></details>")
    viewport = '<meta name="viewport" content="width=device-width">'
    head = f'<meta charset="utf-8">{viewport}<title>{name}</title><style>{STYLE}</style>'
    body = "".join(parts)
    return f"<!doctype html><html lang='en'><head>{head}</head><body>{body}</body></html>\n"


def describe(manifest: Mapping[str, Any]) -> str:
    """Returns when and from what the run was made."""
    git = manifest["git"]
    commit = (git["commit"] or "none")[:12]
    if git["dirty"]:
        commit += " with changes"
    created = datetime.fromisoformat(manifest["created"]).strftime("%Y-%m-%d %H:%M %Z")
    data = f"{manifest['data']['source']} ({manifest['data']['hash'][:12]})"
    run_id = manifest["run_id"] or "not tracked"
    return f"{created}, commit {commit}, run {run_id}, data: {data}"


def render_evaluation() -> list[str]:
    """Returns the metrics of `poe evaluate`, or that there are none of this model."""
    title = "<h2>The saved model on the test split</h2>"
    if not METRICS.is_file() or is_older(METRICS):
        return [title, "<p>Not evaluated since this training: <code>uv run poe evaluate</code></p>"]
    rows = [["", "test split"]]
    metrics = load_json(METRICS)
    for name, value in metrics.items():
        rows.append([name, f"{value:.4f}"])
    return [title, render_table(rows), render_verdict(metrics, "")]


def render_verdict(metrics: Mapping[str, float], model: str) -> str:
    """Returns whether the model beats its baselines; its primary metric is the first of its own."""
    names = [name for name in metrics if name.startswith(model)]
    if not names:
        return ""
    primary = names[0].removeprefix(model)
    baselines = {}
    for prefix, description in BASELINES.items():
        score = metrics.get(f"{prefix}.{primary}")
        if score is not None:
            baselines[prefix] = BaselineScore(score, description)
    sentence = str(Verdict(primary, metrics[names[0]], baselines))
    return f"<p><b>{html.escape(sentence)}</b></p>" if sentence else ""


def render_plots_of_training() -> list[str]:
    """Returns what is in reports/plots; nothing without plots."""
    paths = sorted(PLOTS.glob("*.*"))
    return ["<h2>Plots</h2>", render_plots(paths)] if paths else []


def render_other_plots() -> list[str]:
    """Returns the images in other folders of reports/, such as those of a search.

    Images from before this training may be about another model or other data: they are named only.
    """
    parts = []
    folders = {path.parent for path in REPORTS.glob("*/*.png")}
    for folder in sorted(folders - {PLOTS}):
        images = sorted(folder.glob("*.png"))
        parts.append(f"<h2>{html.escape(folder.name.capitalize())}</h2>")
        if any(is_older(image) for image in images):
            parts.append("<p>From before this training, so not shown.</p>")
        else:
            parts.append(render_plots(images))
    return parts


def is_older(path: Path) -> bool:
    """Whether a file was written before the last training."""
    return path.stat().st_mtime < MANIFEST.stat().st_mtime


def render_plots(paths: Sequence[Path]) -> str:
    """Returns images and tables side by side."""
    plots = "".join(render_plot(path) for path in paths)
    return f'<div class="plots">{plots}</div>'


def render_plot(path: Path) -> str:
    """Returns an image, or a table or piece of HTML under the name of its file."""
    name = html.escape(path.stem.replace("_", " "))
    if path.suffix == ".csv":
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
        return f"<section><h3>{name.capitalize()}</h3>{render_first_rows(rows)}</section>"
    if path.suffix == ".html":
        content = path.read_text(encoding="utf-8")
        return f"<section><h3>{name.capitalize()}</h3>{content}</section>"
    content = path.read_bytes()
    image = base64.b64encode(content).decode()
    kind = ' class="wide"' if is_wide(content) else ""
    return f'<img{kind} alt="{name}" src="data:image/png;base64,{image}">'


def is_wide(png: bytes) -> bool:
    """Whether an image would be too small in half of the page; a PNG begins with its size."""
    width, height = struct.unpack(">II", png[16:24])
    return bool(width > MAX_RATIO * height)


def render_first_rows(rows: Sequence[Sequence[str]]) -> str:
    """Returns the first rows of a table and how many there are, or that there are none."""
    count = len(rows) - 1
    if count < 1:
        return "<p>None.</p>"
    table = render_table(rows[: MAX_ROWS + 1])
    return f"{table}<p>The first {MAX_ROWS} of {count:,}.</p>" if count > MAX_ROWS else table


def render_table(rows: Sequence[Sequence[str]]) -> str:
    """Returns a table; the first row is its head."""
    lines = []
    for index, row in enumerate(rows):
        tag = "th" if index == 0 else "td"
        cells = "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in row)
        lines.append(f"<tr>{cells}</tr>")
    return f'<div class="scroll"><table>{"".join(lines)}</table></div>'


if __name__ == "__main__":
    argparse.ArgumentParser(prog="poe report", description=__doc__).parse_args()
    raise SystemExit(main())
