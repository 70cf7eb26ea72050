"""Splits texts by their group or their words; near duplicates are never on both sides."""

from collections.abc import Sequence

from ...config import Data
from .. import splits

SHARES = {"train": 0.7, "valid": 0.15, "test": 0.15}


def draw_texts(
    labels: Sequence[str], identities: Sequence[str], near_duplicates: Sequence[int], data: Data
) -> splits.Drawn:
    """Draws the split of each text by its identity: its group, else its words without numbers."""
    by = f"data.group {data.group}" if data.group else "text"
    record = splits.Record(data.source.partition("@")[0], by)
    return splits.draw_groups(labels, identities, near_duplicates, SHARES, record)
