"""`uv run poe report`: the last run's figures, plots and manifest on one page.

Everything in reports/plots/ is shown in the order of its name: *.png as a picture, *.html as it is,
the first twenty rows of *.csv as a table. Pictures in other folders of reports/ follow under the
folder's name.
"""

import base64
import csv
import html
import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from churn.mlops import manifest

REPORTS = Path("reports")
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #1f2430; }
body { max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1 { margin-bottom: 0; } h2 { margin-top: 2.5rem; font-size: 1.2rem; }
.facts { color: #5b6470; margin-top: 0; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
td, th { padding: 0.25rem 2rem 0.25rem 0; border-bottom: 1px solid #dfe3e8; text-align: left; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(26rem, 1fr)); gap: 1.5rem; }
.plots > * { min-width: 0; margin: 0; } img { max-width: 100%; }
.plots > section { grid-column: 1 / -1; overflow-x: auto; }
pre { overflow: auto; background: #f4f6f8; padding: 1rem; font-size: 0.8rem; border-radius: 4px; }
"""


def page() -> str:
    """The page as HTML that needs no other file."""
    run = manifest.load_json(REPORTS / "manifest.json")
    name, git = html.escape(run["config"]["experiment"]), run["git"]
    commit = (git["commit"] or "none")[:12] + (" with changes" if git["dirty"] else "")
    line = (
        f"{run['created']}, commit {commit}, data {run['data']['hash'][:12]}, run {run['run_id']}"
    )
    parts = [f'<h1>{name}</h1><p class="facts">{html.escape(line)}</p>']
    parts += ["<h2>Model beside baseline</h2>", table(manifest.compare(run["metrics"]))]
    tested, trained = REPORTS / "metrics.json", REPORTS / "manifest.json"
    if tested.is_file() and tested.stat().st_mtime >= trained.stat().st_mtime:  # of this model
        scores = manifest.load_json(REPORTS / "metrics.json")
        rows = [["", "test split"], *([name, f"{score:.4f}"] for name, score in scores.items())]
        parts += ["<h2>The saved model on the test split</h2>", table(rows)]
    plots = "".join(map(plot, sorted(REPORTS.glob("plots/*.*"))))
    parts += [f'<h2>Plots</h2><div class="plots">{plots}</div>']
    for folder in sorted({path.parent for path in REPORTS.glob("*/*.png")} - {REPORTS / "plots"}):
        pictures = sorted(folder.glob("*.png"))
        old = min(path.stat().st_mtime for path in pictures) < trained.stat().st_mtime
        title = html.escape(folder.name.capitalize() + (" (from before this run)" if old else ""))
        parts += [f'<h2>{title}</h2><div class="plots">{"".join(map(plot, pictures))}</div>']
    text = html.escape(json.dumps(run, indent=2, ensure_ascii=False))
    parts += [f"<h2>Manifest</h2><details><summary>all of it</summary><pre>{text}</pre></details>"]
    head = f'<meta charset="utf-8"><title>{name}</title><style>{STYLE}</style>'
    page = f"<html lang='en'><head>{head}</head><body>{''.join(parts)}</body></html>"
    return f"<!doctype html>{page}\n"


def plot(path: Path) -> str:
    """A picture, or a table or piece of HTML under the name of its file."""
    name = path.stem.replace("_", " ")
    if path.suffix in (".html", ".csv"):
        text = path.read_text(encoding="utf-8")
        shown = table(list(csv.reader(io.StringIO(text)))[:21]) if path.suffix == ".csv" else text
        return f"<section><h3>{name.capitalize()}</h3>{shown}</section>"
    picture = base64.b64encode(path.read_bytes()).decode()
    return f'<img alt="{name}" src="data:image/png;base64,{picture}">'


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows, the first of them the heads."""
    lines = [[html.escape(cell) for cell in row] for row in rows]
    head = "".join(f"<th>{cell}</th>" for cell in lines[0])
    body = ["".join(f"<td>{cell}</td>" for cell in line) for line in lines[1:]]
    return f"<table><tr>{'</tr><tr>'.join([head, *body])}</tr></table>"


def main() -> int:
    """Writes reports/report.html."""
    if not (REPORTS / "manifest.json").is_file():
        print('"reports/manifest.json" is missing: run "uv run poe train" first', file=sys.stderr)
        return 2
    path = REPORTS / "report.html"
    path.write_text(page(), encoding="utf-8", newline="\n")
    print(f"open {path.resolve().as_uri()}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
