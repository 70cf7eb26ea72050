"""Divides images into regions and draws what each of them adds to a prediction."""

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..analysis.plots import plot

GRID = 4  # regions in a row, and rows of them
Region = tuple[slice, slice]  # rows and columns of pixels


def find_regions(size: tuple[int, int]) -> dict[str, Region]:
    """Returns the regions of an image of `size` (height, width), from its top left."""
    height, width = size
    rows = _divide(height)
    columns = _divide(width)
    regions = {}
    for i, row_slice in enumerate(rows, start=1):
        for j, column_slice in enumerate(columns, start=1):
            regions[f"row {i}, column {j}"] = (row_slice, column_slice)
    return regions


def _divide(side: int) -> list[slice]:
    """Slices of about the same length; fewer than GRID where there are fewer pixels."""
    edges = np.unique(np.linspace(0, side, GRID + 1).round().astype(int))
    return [slice(int(start), int(end)) for start, end in pairwise(edges)]


def plot_regions(
    path: Path, image: NDArray[np.uint8], contributions: Mapping[str, float], label: str
) -> None:
    """Draws the image (height, width, channels) under what each region adds to a label."""
    height, width = image.shape[:2]
    values = np.zeros((height, width))
    for name, (rows, columns) in find_regions((height, width)).items():
        values[rows, columns] = contributions[name]
    limit = max(float(np.abs(values).max()), 1e-6)
    options: dict[str, Any] = {"cmap": "RdBu", "alpha": 0.5, "vmin": -limit, "vmax": limit}
    with plot(path, f"What each region adds to the probability of {label}", 5.0, 6.0) as axes:
        axes.imshow(image.squeeze(), cmap="gray", vmin=0, vmax=255)
        shown = axes.imshow(values, **options)
        axes.figure.colorbar(shown)
        axes.axis("off")
