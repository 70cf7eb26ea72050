"""reports/drift.html: every test, and the reference against the window, in one file."""

import base64
import logging
from collections.abc import Iterator, Sequence
from html import escape
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..files import write_whole
from ..html_page import make_page
from .compare import Comparison, Finding, format_effect
from .feature_tests import count_values
from .sample import Column, Sample
from .whole_test import NAME

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BLUE, RED = "#2563a8", "#b3261e"
MAX_PLOTS = 24
MAX_CATEGORIES = 12
BINS = 30
FONTS = ["DejaVu Sans", "Noto Sans CJK JP", "Noto Sans Arabic"]
STYLE = """
body { max-width: 70rem; } table { width: 100%; }
.drift { color: #b3261e; font-weight: 600; }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(20rem, 1fr)); gap: 1rem; }
img { width: 100%; }
"""


def write(path: Path, reference: Sample, window: Sample, found: Comparison) -> Path:
    """Writes the page and returns its path."""
    names = [finding.name for finding in found.drifted]
    verdict = f"Drift: {', '.join(names)}" if names else "No drift"
    css = "drift" if names else ""
    rows = f"{found.rows[1]} new rows, compared with {found.rows[0]} rows of the training."
    parts = [
        f'<h1 class="{css}">{escape(verdict)}</h1>',
        f"<p>{rows} A feature has drifted when p is below its limit and the effect is at least the "
        "smallest that matters. PSI is shown for comparison and decides nothing.</p>",
        *_write_table(found.findings),
        '<div class="plots">',
        *_write_plots(reference, window, found),
        "</div>",
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, make_page("Drift", parts, STYLE).encode())
    return path


def _write_table(findings: Sequence[Finding]) -> Iterator[str]:
    heads = ["feature", "training", "new", "effect", "smallest that matters", "p", "limit", "PSI"]
    yield f"<table><tr>{''.join(f'<th>{head}</th>' for head in heads)}</tr>"
    for finding in findings:
        test = finding.test
        psi = "" if test.psi is None else f"{test.psi:.2f}"
        cells = [finding.name, test.before, test.after]
        cells += [format_effect(finding, test.effect), format_effect(finding, finding.min_effect)]
        cells += [f"{test.p:.2g}", f"{finding.p_limit:.2g}", psi]
        css = ' class="drift"' if finding.drifted else ""
        yield f"<tr{css}>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
    yield "</table>"


def _write_plots(reference: Sample, window: Sample, found: Comparison) -> Iterator[str]:
    """A plot of each tested column, those that drifted first."""
    names = dict.fromkeys(finding.test.feature for finding in found.findings)
    drifted = {finding.test.feature for finding in found.drifted}
    for name in list(names)[:MAX_PLOTS]:
        if name == NAME and reference.embeddings is not None and window.embeddings is not None:
            yield _plot("embedding", _draw_points, reference.embeddings, window.embeddings, drifted)
        elif name in reference.columns:
            column = reference.columns[name]
            draw = _draw_numbers if column.kind == "number" else _draw_categories
            yield _plot(name, draw, column, window.columns[name], drifted)


def _plot(title: str, draw: Any, before: Any, after: Any, drifted: set[str]) -> str:
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # fonts that are missing
    with rc_context({"font.family": FONTS, "text.parse_math": False}):
        figure = Figure(figsize=(5, 3), layout="constrained")
        axes = figure.subplots()
        draw(axes, before, after)
        axes.set_title(title, color=RED if title in drifted else "black")
        axes.legend(frameon=False, fontsize=8)
        axes.spines[["top", "right"]].set_visible(False)
        buffer = BytesIO()
        figure.savefig(buffer, format="png", dpi=110)
    encoded = base64.b64encode(buffer.getvalue()).decode()
    return f'<img alt="{escape(title)}" src="data:image/png;base64,{encoded}">'


def _draw_numbers(axes: "Axes", before: Column, after: Column) -> None:
    """Histograms of the middle 99 %, with the same bins."""
    old, new = before.known, after.known
    together = np.concatenate([old, new])
    low, high = np.quantile(together, [0.005, 0.995]) if len(together) else (0.0, 1.0)
    edges = np.linspace(low, high if high > low else low + 1, BINS + 1)
    for values, color, label in ((old, BLUE, "training"), (new, RED, "new")):
        weights = np.full(len(values), 1 / max(len(values), 1))
        clipped = np.clip(values, edges[0], edges[-1])
        axes.hist(clipped, edges.tolist(), weights=weights, color=color, alpha=0.5, label=label)
    axes.set_ylabel("share of rows")


def _draw_categories(axes: "Axes", before: Column, after: Column) -> None:
    old, new = count_values(before.known), count_values(after.known)
    names = list(dict.fromkeys([*old, *new]))
    names.sort(key=lambda name: -max(old.get(name, 0) / len(before), new.get(name, 0) / len(after)))
    names = names[:MAX_CATEGORIES]
    places = np.arange(len(names))
    for counts, rows, color, label, side in (
        (old, len(before), BLUE, "training", -0.2),
        (new, len(after), RED, "new", 0.2),
    ):
        shares = [counts.get(name, 0) / max(rows, 1) for name in names]
        axes.bar(places + side, shares, 0.4, color=color, alpha=0.7, label=label)
    axes.set_xticks(places, [name[:16] for name in names], rotation=30, ha="right", fontsize=8)
    axes.set_ylabel("share of rows")


def _draw_points(axes: "Axes", before: NDArray[Any], after: NDArray[Any]) -> None:
    """The first two principal components of the reference."""
    center = before.mean(axis=0)
    _, _, directions = np.linalg.svd(before - center, full_matrices=False)
    plane = directions[:2].T
    for values, color, label in ((before, BLUE, "training"), (after, RED, "new")):
        points = (values - center) @ plane
        second = points[:, 1] if points.shape[1] > 1 else np.zeros(len(points))
        axes.scatter(points[:, 0], second, s=6, alpha=0.4, color=color, label=label)
    axes.set_xlabel("first component")
