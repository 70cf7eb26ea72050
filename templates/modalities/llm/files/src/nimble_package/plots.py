"""The plots of a training: add your own here."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .data import Examples
from .metrics import Reply
from .mlops.llm import bundle_plots


def draw(folder: Path, rows: Sequence[Mapping[str, Any]], chosen: str, max_cost: float) -> None:
    """Compares the bundles: one row for each, with its metrics on dev."""
    bundle_plots.draw(folder, rows, chosen, max_cost)


def write_questions(
    folder: Path, examples: Examples, replies: Sequence[Reply], grades: Sequence[float]
) -> None:
    """Writes a page with every test question and its answer."""
    bundle_plots.write_table(folder, examples.items, replies, grades)
