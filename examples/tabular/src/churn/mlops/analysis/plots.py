"""The plots of `poe slices` and `poe features`."""

import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from .. import glyphs

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .importance import Importance
    from .slicing import SliceScore

BLUE = "#2563a8"
GREY = "#9aa3ad"
RED = "#b3261e"
# The first font that is installed and has the characters of a label is used.
FONTS = ["DejaVu Sans", "Noto Sans CJK JP", "Hiragino Sans", "Yu Gothic", "Noto Sans Arabic"]
MAX_FEATURES = 20
BAR = 0.6  # height of a bar, where 1 is the distance between two


@contextmanager
def plot(path: Path, title: str, height: float, width: float = 8.0) -> "Iterator[Axes]":
    """Yields axes to draw on, sizes in inches, and saves them to `path` at the end."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # fonts not installed
    with rc_context({"font.family": FONTS}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")
        figure = Figure(figsize=(width, height), dpi=120, layout="constrained")
        axes = figure.subplots()
        axes.set_title(title)
        axes.spines[["top", "right"]].set_visible(False)
        yield axes
        glyphs.make_readable(figure, FONTS)
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, metadata={"Software": None})


def plot_slices(path: Path, slices: Sequence["SliceScore"], metric: str, score: float) -> None:
    """A bar for each slice with twice its standard error, its minimum, and the whole as a line."""
    with plot(path, f"{metric} of slices of the test split", 1.6 + 0.3 * len(slices)) as axes:
        for position, part in enumerate(slices):
            error = 2 * part.standard_error
            axes.barh(position, part.score, xerr=error, color=_color(part), height=BAR)
            if part.min_score is not None:
                ends = [position - 0.4, position + 0.4]
                axes.plot([part.min_score, part.min_score], ends, color="black", lw=1.5)
        axes.axvline(score, color="black", lw=1, linestyle="--")
        labels = [f"{part.name:.40} ({part.samples})" for part in slices]
        axes.set_yticks(range(len(slices)), labels)
        axes.invert_yaxis()
        axes.set_xlabel("dashed: all examples; black: the minimum; grey: too few examples")


def _color(part: "SliceScore") -> str:
    if part.is_below:
        return RED
    return GREY if part.min_score is None else BLUE


def plot_importance(path: Path, importance: Mapping[str, "Importance"], metric: str) -> None:
    """The most important features with their spread over the permutations."""
    names = list(importance)[:MAX_FEATURES]
    means = [importance[name].mean for name in names]
    spreads = [importance[name].std for name in names]
    title = f"How much {metric} drops on the test split when a feature is shuffled"
    with plot(path, title, 1.4 + 0.3 * len(names)) as axes:
        positions = range(len(names))
        axes.barh(positions, means, xerr=spreads, color=BLUE, ecolor=GREY, height=BAR)
        axes.set_yticks(positions, names)
        axes.axvline(0, color=GREY, lw=1)
        axes.invert_yaxis()
