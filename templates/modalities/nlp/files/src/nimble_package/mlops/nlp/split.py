"""Splits texts by their group or their words; near duplicates are never on both sides."""

from collections.abc import Sequence

from ...config import Data
from .. import splits
from ..files import sha256
from .near_duplicates import find_groups, simplify

SHARES = {"train": 0.7, "valid": 0.15, "test": 0.15}


def draw_texts(
    texts: Sequence[str], labels: Sequence[str], groups: Sequence[str], data: Data
) -> splits.Drawn:
    """Draws the split of each text by its group, else by its words without numbers."""
    if data.group:
        by = f"data.group {data.group}"
        identities = list(groups)
    else:
        by = "text"
        identities = [sha256((simplify(text) or text).encode())[:16] for text in texts]
    record = splits.Record(data.source.partition("@")[0], by)
    near_duplicates = find_groups(texts)
    return splits.draw_groups(labels, identities, near_duplicates, SHARES, record)
