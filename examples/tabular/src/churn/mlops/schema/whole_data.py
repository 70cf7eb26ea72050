"""Facts about the data as a whole, as columns with one value.

They find what no single row shows: a delivery that is cut, a class that is gone or has become rare,
rows that were delivered twice.
"""

from collections import Counter
from collections.abc import Hashable, Sequence

from .adapter import Column

MARGIN = 0.5  # half as many rows, or half the share of a class, are no violation yet


def describe_size(count: int) -> dict[str, Column]:
    """Returns the number of rows, clips, images or texts."""
    return {"number of examples": Column("number", [count], ("min",), margin=MARGIN)}


def describe_labels(labels: Sequence[str]) -> dict[str, Column]:
    """Returns the number of labels, and the share of the rarest one."""
    counts = Counter(labels)
    rarest = min(counts.values(), default=0) / max(1, len(labels))
    return {
        "number of labels": Column("number", [len(counts)], ("min", "max")),
        "share of the rarest label": Column("number", [rarest], ("min",), margin=MARGIN),
    }


def describe_doubles(values: Sequence[Hashable]) -> dict[str, Column]:
    """Returns the share of values that occurred before, rounded to tenths."""
    doubled = 1 - len(set(values)) / max(1, len(values))
    return {"share of doubled examples": Column("number", [round(doubled, 1)], ("max",))}
