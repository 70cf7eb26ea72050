"""What insight.yaml may say, and the shapes in which `probes` hands over what it knows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import settings

PLAN = Path("insight.yaml")
STRICT: Any = {"extra": "forbid"}  # a word that nobody reads is a mistake


@dataclass(frozen=True)
class Slice:
    """The test rows by one column: a slice for each value, or equal parts of a number."""

    __pydantic_config__ = STRICT
    parts: int = 0
    floor: float | None = None


@dataclass(frozen=True)
class Group:
    """A column that must make little difference: how far its values may lie apart at most."""

    column: str = ""
    gap: float = 1.0


@dataclass(frozen=True)
class Budget:
    """What an answer may cost: one at a time, and the model on disk."""

    answer_ms: float = 1000.0
    model_mb: float = 1000.0


@dataclass(frozen=True)
class Plan:
    """The sections of insight.yaml."""

    floor: float = 0.0
    least: int = 10  # rows; a smaller slice is shown, not judged
    slices: dict[str, Slice] = field(default_factory=dict)
    group: Group = field(default_factory=Group)
    budget: Budget = field(default_factory=Budget)
    repeats: int = 5  # shufflings of a feature, and measurements of a time


@dataclass(frozen=True)
class Rows:
    """The test split as the saved model sees it."""

    figure: str  # what `values` average to
    values: NDArray[np.float64]  # of each row, the higher the better
    columns: Mapping[str, Sequence[Any]]  # by what the rows can be sliced


@dataclass(frozen=True)
class Features:
    """What the model reads, by name."""

    figure: str
    names: Sequence[str]
    score: Callable[[str | None, np.random.Generator], float]  # with that feature shuffled


@dataclass(frozen=True)
class Steps:
    """What happens to some rows on the way to an answer, each step to be measured."""

    rows: int
    run: Mapping[str, Callable[[], Any]]


def read() -> Plan:
    """The plan in insight.yaml."""
    return settings.read(Plan, PLAN)
