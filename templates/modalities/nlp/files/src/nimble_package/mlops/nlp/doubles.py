"""Describes texts and labels that are alike, two by two, and what to do."""

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from ..splits import LEFT_OUT
from .near_duplicates import join

MAX_PAIRS = 3  # that are shown of each kind
EXCERPT = 40  # letters of a text that are shown
END_OF_SENTENCE = ".,;:!\u2026\"'\u2018\u2019\u201a\u201b\u201c\u201d\u201e"
Row = dict[str, Any]
Links = Sequence[tuple[int, int]]


def make_key(text: str) -> str:
    """Returns what two texts share that are the same: all but case, spaces and ends of sentences.

    Symbols, emoji, numbers and question marks count.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    words = [word.strip(END_OF_SENTENCE) for word in folded.split()]
    return " ".join(word for word in words if word) or text


def describe_pairs(rows: Sequence[Row], places: Sequence[str], links: Links) -> list[str]:
    """Returns sentences on near duplicates of which one is left out, or whose labels differ."""
    clusters = join(len(rows), links)
    used: dict[int, int] = {}  # cluster -> its first text that a split has
    for number, (row, cluster) in enumerate(zip(rows, clusters, strict=True)):
        if row["split"] != LEFT_OUT:
            used.setdefault(cluster, number)
    left_out = []
    for number, (row, cluster) in enumerate(zip(rows, clusters, strict=True)):
        if row["split"] == LEFT_OUT:
            twin = used[cluster]
            split = rows[twin]["split"]
            left_out.append(f"{_show(rows, places, number, twin)} ({split} has it)")
    other_labels = []
    for one, other in links:
        if rows[one]["label"] != rows[other]["label"]:
            labels = f'"{rows[other]["label"]}" and "{rows[one]["label"]}"'
            other_labels.append(f"{_show(rows, places, other, one)} are {labels}")
    hint = "delete one of the two, or give both the same data.group"
    found = _list(left_out, f"left out, because another split has nearly the same text ({hint})")
    hint = "is one label wrong?"
    return found + _list(other_labels, f"nearly the same texts have two labels ({hint})")


def describe_two_groups(rows: Sequence[Row], places: Sequence[str]) -> list[str]:
    """Returns sentences on texts that are in two groups; `group` is still its name here."""
    first: dict[str, int] = {}
    pairs = []
    for number, row in enumerate(rows):
        twin = first.setdefault(make_key(row["text"]), number)
        one, other = rows[twin]["group"], row["group"]
        if one and other and one != other:
            pairs.append(f'{_show(rows, places, twin, number)} are in "{one}" and "{other}"')
    return _list(pairs, "the same text is in two groups (delete one, or give both one group)")


def describe_case(labels: Sequence[str]) -> list[str]:
    """Returns a sentence on labels that differ in case, spaces or the code of an accent only."""
    spellings: defaultdict[str, set[str]] = defaultdict(set)
    for label in labels:
        folded = unicodedata.normalize("NFKC", label).casefold()
        spellings["".join(folded.split())].add(label)
    alike = [sorted(names) for names in spellings.values() if len(names) > 1]
    pairs = [" and ".join(f'"{name}"' for name in names) for names in alike]
    return _list(pairs, "labels are alike and count as different ones (spell them alike?)")


def _show(rows: Sequence[Row], places: Sequence[str], one: int, other: int) -> str:
    parts = [f'{places[row]} "{_shorten(rows[row]["text"])}"' for row in (one, other)]
    return " and ".join(parts)


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT else f"{line[:EXCERPT]}…"


def _list(pairs: Sequence[str], what: str) -> list[str]:
    """A heading with the number of pairs, then the first ones."""
    if not pairs:
        return []
    lines = [f"{len(pairs)} x {what}:", *(f"  {pair}" for pair in pairs[:MAX_PAIRS])]
    if len(pairs) > MAX_PAIRS:
        lines.append(f"  and {len(pairs) - MAX_PAIRS} more")
    return ["\n".join(lines)]
