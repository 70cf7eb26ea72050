"""What a batch must know about a modality: `adapters/batch.py` has `READER`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .rows import Source

# Model, the files and folders that the user named, --id-column -> what is read from them, checked.
# Raises UserError for what is not an input at all; what is wrong with single rows is found later.
OpenSources = Callable[[Any, Sequence[str], str | None], Sequence[Source]]


@dataclass(frozen=True)
class BatchReader:
    """How the inputs of a modality are read, and how many are predicted at once."""

    open_sources: OpenSources
    part_rows: int  # rows of a part; after a stop, at most one part is made again
    batch_rows: int  # rows that one call of PROJECT.predict gets
    # Whether a row for which PROJECT.predict fails is rejected; False: any failure ends the batch,
    # and the next run continues there. So it is where a call costs money or can fail by chance.
    rejects_failures: bool = True
    # Called before the first part, with the model, the limit in USD and the file that keeps what
    # was spent on each call.
    limit_cost: Callable[[Any, float, Path], None] | None = None
