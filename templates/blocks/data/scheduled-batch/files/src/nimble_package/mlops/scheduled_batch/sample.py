"""A sample of the inputs of a batch, for the checks that look at values."""

import random
from collections.abc import Sequence
from typing import Any

from ...adapters.batch import READER

MAX_INPUTS = 20_000
SEED = 0


def read_sample(model: Any, names: Sequence[str], id_column: str | None) -> list[Any]:
    """Returns at most 20,000 inputs, each with the same probability."""
    generator = random.Random(SEED)  # noqa: S311 - it draws rows, and no secret
    kept: list[Any] = []
    seen = 0
    for source in READER.open_sources(model, names, id_column):
        for chunk in source.chunks(READER.part_rows):
            for row in chunk.read():
                if row.reason:
                    continue
                seen += 1
                if len(kept) < MAX_INPUTS:
                    kept.append(row.value)
                    continue
                place = generator.randrange(seen)
                if place < MAX_INPUTS:
                    kept[place] = row.value
    return kept
