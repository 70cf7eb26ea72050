"""Draws images in rows of eight, each over its caption."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from ..plots import plot

COLUMNS = 8
STEP = 1.1  # from one image to the next, in widths of an image


def plot_tiles(path: Path, title: str, images: NDArray[Any], captions: Sequence[str]) -> None:
    """Saves a plot of images (n, height, width, channels) with their captions."""
    height = images.shape[1] / images.shape[2]
    caption_lines = captions[0].count("\n") + 1
    row_height = height + 0.05 + 0.15 * caption_lines
    rows = -(-len(images) // COLUMNS)
    with plot(path, title, "", "", (9.6, rows * row_height * STEP + 0.4)) as axes:
        for number, (image, caption) in enumerate(zip(images, captions, strict=True)):
            left = number % COLUMNS * STEP
            top = -(number // COLUMNS) * row_height
            bottom = top - height
            extent = (left, left + 1, bottom, top)
            axes.imshow(image.squeeze(), cmap="gray", extent=extent, vmin=0, vmax=255)
            axes.text(left + 0.5, bottom - 0.04, caption, ha="center", va="top", fontsize=8)
        axes.set(xlim=(0, COLUMNS * STEP - 0.1), ylim=(-rows * row_height, 0))
        axes.axis("off")
