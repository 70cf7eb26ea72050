"""What the memory of a training depends on in a modality: `adapters/size.py` has `SIZE`."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

Parts = dict[str, int]  # name of a part -> bytes
Config = Any  # that of the project


@dataclass(frozen=True)
class SizeAdapter:
    """How a short trial of the training is made, and what of its memory is known by name."""

    # Settings of the trial, as for `--set`: as few steps as show the memory of all of them.
    shorten: Callable[[Config], Sequence[str]]
    # The context in which the trial trains; it adds the parts that only a training has.
    watch: Callable[[Parts], AbstractContextManager[None]]
    # The parts that can be counted without a training.
    count: Callable[[Config], Mapping[str, int]]
    # Bytes that a whole training needs more than the trial, of these parts.
    count_left_out: Callable[[Config, Parts], int]
