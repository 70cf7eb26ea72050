"""Axes for the pictures of this room."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BLUE, GREY, RED = "#2563a8", "#9aa3ad", "#b3261e"
FONTS = ["DejaVu Sans", "Noto Sans CJK JP", "Hiragino Sans", "Yu Gothic", "Noto Sans Arabic"]


@contextmanager
def canvas(path: Path, title: str, high: float, wide: float = 8.0) -> "Iterator[Axes]":
    """Axes to draw on, saved to `path` at the end; sizes in inches."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # families not installed
    with rc_context({"font.family": FONTS}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")
        figure = Figure(figsize=(wide, high), dpi=120, layout="constrained")
        axes = figure.subplots()
        axes.set_title(title)
        axes.spines[["top", "right"]].set_visible(False)
        yield axes
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, metadata={"Software": None})
