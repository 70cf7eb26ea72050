"""Reads every row of the source and finds what is wrong with it."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import Any

from ...config import Data
from ...features import split_words
from ..splits import LEFT_OUT, Record
from . import text_files
from .near_duplicates import find_groups
from .split import SHARES, draw_texts

LOST_LETTER = "\ufffd"
MIN_LABELS = 2


@dataclass
class Collected:
    """Rows of text, label, group and split, and what is wrong with them."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    record: Record | None = None  # for data/split.yaml


def collect(data: Data) -> Collected:
    """Returns the rows of the source with their splits; of near duplicates some have none."""
    if data.source == "builtin":
        source = text_files.write_builtin()
        data = replace(data, source=source, text="text", label="label", group="group")
    found = Collected()
    first: dict[str, tuple[str, str]] = {}  # words -> place and label of the first such text
    for where, cells in text_files.read(data.source):
        text = text_files.get_cell(where, cells, data.text)
        label = text_files.get_cell(where, cells, data.label)
        group = text_files.get_cell(where, cells, data.group) if data.group else where
        has_more_cells = None in cells
        for problem in _find_problems(where, text, label, has_more_cells, first):
            found.problems.append(f"{where} {problem}")
        found.rows.append({"text": text, "label": label, "group": group})
    _assign(found, data)
    return found


def _find_problems(
    where: str, text: str, label: str, has_more_cells: bool, first: dict[str, tuple[str, str]]
) -> list[str]:
    problems = []
    if has_more_cells:
        problems.append("has more cells than the first line: put texts in quotes")
    if not text:
        problems.append("has no text")
    if not label:
        problems.append("has no label")
    if LOST_LETTER in text:
        problems.append(f"contains {LOST_LETTER}, a lost letter: read the original again as UTF-8")
    key = " ".join(split_words(text)) or text
    twin, other_label = first.setdefault(key, (where, label))
    if text and label != other_label:
        problems.append(f'is "{label}", but {twin} has the same text as "{other_label}"')
    return problems


def _assign(found: Collected, data: Data) -> None:
    """Gives each row its group and split; finds labels that are too rare."""
    labels = [row["label"] for row in found.rows]
    texts = [row["text"] for row in found.rows]
    groups = find_groups(texts, [row["group"] for row in found.rows])
    drawn = draw_texts(texts, labels, [row["group"] for row in found.rows], data)
    found.record = drawn.record
    found.notes.extend(drawn.notes)
    places: defaultdict[str, set[str]] = defaultdict(set)
    groups_of: defaultdict[str, set[int]] = defaultdict(set)
    for row, group, split in zip(found.rows, groups, drawn.homes, strict=True):
        row["group"] = group
        row["split"] = split
        if split != LEFT_OUT:
            places[row["label"]].add(split)
        groups_of[row["label"]].add(group)
    if len(groups_of) < MIN_LABELS:
        known = list(groups_of)
        found.problems.append(
            f'"{data.source}" has the labels {known}: at least {MIN_LABELS} are required'
        )
    if not drawn.problems:
        return
    for label in sorted(groups_of):
        if len(places[label]) < len(SHARES):
            count = labels.count(label)
            found.problems.append(
                f'"{data.source}" has {count} of "{label}" in {len(groups_of[label])} groups '
                "(texts with the same data.group, or nearly the same), too few for all splits: "
                "add some, or choose a finer data.group"
            )
