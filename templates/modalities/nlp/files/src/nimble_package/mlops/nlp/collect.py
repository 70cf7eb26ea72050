"""Reads every row of the source and finds what is wrong with it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ...config import Data
from ..files import sha256
from ..splits import LEFT_OUT, Drawn, Record
from . import text_files
from .doubles import describe_case, describe_pairs, describe_two_groups, make_key
from .near_duplicates import find_links, identify, join
from .split import SHARES, draw_texts

LOST_LETTER = "\ufffd"
MIN_LABELS = 2
MIN_TEXTS = len(SHARES)  # of a label; fewer than one for each split


@dataclass
class Collected:
    """Rows of text, label, group and split, and what is wrong with them."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)  # of the rows in their source
    record: Record | None = None  # for data/split.yaml


def collect(data: Data) -> Collected:
    """Returns the rows of the source with their splits; of near duplicates some have none."""
    if data.source == "builtin":
        source = text_files.write_builtin()
        data = replace(data, source=source, text="text", label="label", group="group")
    found = Collected()
    places = []
    first: dict[str, tuple[str, str]] = {}  # key -> place and label of the first such text
    for where, cells in text_files.read(data.source):
        text = text_files.get_cell(where, cells, data.text)
        label = text_files.get_cell(where, cells, data.label)
        group = text_files.get_cell(where, cells, data.group) if data.group else ""
        problem = text_files.find_problem(text)
        if problem:
            found.problems.append(f"{where} {problem}")
            text = ""
        has_more_cells = None in cells
        for problem in _find_problems(where, text, label, has_more_cells, first):
            found.problems.append(f"{where} {problem}")
        places.append(where)
        found.rows.append({"text": text, "label": label, "group": group})
    found.places = places
    found.notes.extend(_describe_lost_letters(found.rows, places))
    _assign(found, data, places)
    return found


def _find_problems(
    where: str, text: str, label: str, has_more_cells: bool, first: dict[str, tuple[str, str]]
) -> list[str]:
    problems = []
    if has_more_cells:
        problems.append("has more cells than the first line: put texts in quotes")
    if not label:
        problems.append("has no label")
    twin, other_label = first.setdefault(make_key(text), (where, label))
    if text and label and other_label and label != other_label:
        problems.append(f'is "{label}", but {twin} has the same text as "{other_label}"')
    return problems


def _describe_lost_letters(rows: Sequence[dict[str, Any]], places: Sequence[str]) -> list[str]:
    """A sentence about U+FFFD, a letter like any other, which often stands for a lost one."""
    lost = [place for row, place in zip(rows, places, strict=True) if LOST_LETTER in row["text"]]
    if not lost:
        return []
    return [
        f"{LOST_LETTER} (U+FFFD) is in {len(lost)} of {len(rows)} texts, the first {lost[0]}: if "
        "it stands for a lost letter, read the original again as UTF-8"
    ]


def _assign(found: Collected, data: Data, places: Sequence[str]) -> None:
    """Gives each row its group and split; says what is alike, and which labels are too rare."""
    labels = [row["label"] for row in found.rows]
    texts = [row["text"] for row in found.rows]
    identities = [row["group"] or _identify(row["text"]) for row in found.rows]
    if data.group:
        found.notes.extend(describe_two_groups(found.rows, places))
    links = find_links(texts)
    drawn = draw_texts(labels, identities, join(len(texts), links), data)
    found.record = drawn.record
    found.notes.extend(drawn.notes)
    groups = join(len(texts), links, identities)
    for row, group, split in zip(found.rows, groups, drawn.homes, strict=True):
        row["group"] = group
        row["split"] = split
    found.notes.extend(describe_pairs(found.rows, places, links))
    found.notes.extend(describe_case(labels))
    found.problems.extend(_find_rare_labels(found.rows, data, drawn))


def _identify(text: str) -> str:
    """What a text without a group is drawn by: its words without numbers."""
    return sha256(identify(text).encode())[:16]


def _find_rare_labels(rows: Sequence[dict[str, Any]], data: Data, drawn: Drawn) -> list[str]:
    splits_of: defaultdict[str, set[str]] = defaultdict(set)
    groups_of: defaultdict[str, set[int]] = defaultdict(set)
    counts: defaultdict[str, int] = defaultdict(int)
    for row in rows:
        label = row["label"]
        counts[label] += 1
        groups_of[label].add(row["group"])
        if row["split"] != LEFT_OUT:
            splits_of[label].add(row["split"])
    problems = []
    if len(counts) < MIN_LABELS:
        known = ", ".join(f'"{label}"' for label in counts)
        required = f"at least {MIN_LABELS} are required"
        problems.append(f'"{data.source}" has only the label {known}: {required}')
    for label in sorted(counts):
        is_missing = bool(drawn.problems) and len(splits_of[label]) < len(SHARES)
        if is_missing or counts[label] < MIN_TEXTS:
            problems.append(
                f'"{data.source}" has {counts[label]} of "{label}" in {len(groups_of[label])} '
                "groups (texts with the same data.group, or nearly the same), too few for all "
                "splits: add some, or choose a finer data.group"
            )
    return problems or drawn.problems
