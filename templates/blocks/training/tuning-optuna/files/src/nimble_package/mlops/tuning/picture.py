"""The picture of a search: how it went, and what each setting had to do with it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .space import Choice, Plan, Space

BLUE, GREY = "#2563a8", "#9aa3ad"


def draw(path: Path, rows: Sequence[dict[str, Any]], plan: Plan, space: Space) -> None:
    """The figure of each trial and the best so far; below, the figure over each setting."""
    from matplotlib.figure import Figure

    known = [row for row in rows if row["value"] is not None]
    values, places = [row["value"] for row in known], [row["trial"] for row in known]
    wide = min(3, len(space))
    high = -(-len(space) // wide)
    figure = Figure(figsize=(9, 3.2 + 2.4 * high), dpi=120, layout="constrained")
    parts: Any = figure.subfigures(2, 1, height_ratios=(3.2, 2.4 * high))
    top, bottom = parts
    axes = top.subplots()
    so_far = np.maximum.accumulate if plan.direction == "maximize" else np.minimum.accumulate
    axes.plot(places, so_far(values), color=BLUE, drawstyle="steps-post", label="best so far")
    axes.plot(places, values, "o", color=GREY, ms=5, label="a trial")
    axes.set(title="The search", xlabel="trial", ylabel=plan.metric)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    for panel, (key, one) in zip(
        bottom.subplots(high, wide, squeeze=False).flat, space.items(), strict=False
    ):
        said = [dict(part.split("=", 1) for part in row["set"])[key] for row in known]
        if isinstance(one, Choice):
            panel.plot(
                [one.values.index(text) for text in said], values, "o", color=BLUE, alpha=0.6
            )
            labels = [f"{text:.14}" for text in one.values]
            panel.set_xticks(range(len(labels)), labels, rotation=30, ha="right")
        else:
            panel.plot([float(text) for text in said], values, "o", color=BLUE, alpha=0.6)
            panel.set_xscale("log" if one.log else "linear")
        panel.set_title(key, fontsize=10)
        panel.spines[["top", "right"]].set_visible(False)
    for panel in bottom.axes[len(space) :]:
        panel.axis("off")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Software": None})
