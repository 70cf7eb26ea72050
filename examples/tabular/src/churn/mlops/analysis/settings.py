"""The settings of analysis.yaml."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from pydantic import ConfigDict

from .. import config

SETTINGS = Path("analysis.yaml")


@dataclass(frozen=True)
class SliceSettings:
    """How the examples are divided by one column: a slice for each value, or equal parts."""

    __pydantic_config__: ClassVar[ConfigDict] = {"extra": "forbid"}
    bins: int = 0  # 0: a slice for each value
    min_score: float | None = None  # None: that of the whole file


@dataclass(frozen=True)
class Group:
    """A column that must make little difference."""

    column: str = ""
    max_gap: float = 1.0  # between the scores of its best and its worst value


@dataclass(frozen=True)
class Budget:
    """What one prediction and the saved model may cost."""

    latency_ms: float = 1000.0
    model_mb: float = 1000.0


@dataclass(frozen=True)
class AnalysisSettings:
    """The content of analysis.yaml."""

    about: str = ""  # the data that it was written for; "": any
    min_score: float = 0.0
    min_samples: int = 10  # a smaller slice is reported and cannot fail
    slices: dict[str, SliceSettings] = field(default_factory=dict)
    group: Group = field(default_factory=Group)
    budget: Budget = field(default_factory=Budget)
    repeats: int = 5  # permutations of a feature, and measurements of a time


def read() -> AnalysisSettings:
    """Returns the settings of analysis.yaml."""
    return config.read(AnalysisSettings, SETTINGS)
