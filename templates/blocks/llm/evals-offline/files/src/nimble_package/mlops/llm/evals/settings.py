"""The settings of evals/thresholds.yaml."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from pydantic import ConfigDict

from ... import config
from ...errors import UserError

THRESHOLDS = Path("evals/thresholds.yaml")


@dataclass(frozen=True)
class Bounds:
    """A metric must be at least `min` and at most `max`."""

    __pydantic_config__: ClassVar[ConfigDict] = {"extra": "forbid"}
    min: float | None = None
    max: float | None = None

    def has(self, value: float) -> bool:
        """Returns whether the value is within the bounds."""
        if self.min is not None and value < self.min:
            return False
        return self.max is None or value <= self.max

    def __str__(self) -> str:
        """Returns the bounds as a table shows them."""
        parts = []
        if self.min is not None:
            parts.append(f">= {self.min:g}")
        if self.max is not None:
            parts.append(f"<= {self.max:g}")
        return ", ".join(parts)


@dataclass(frozen=True)
class GraderSettings:
    """A grader; without `min` its metric is reported and cannot fail the command."""

    __pydantic_config__: ClassVar[ConfigDict] = {"extra": "forbid"}
    model: str
    min_kappa: float
    min: float | None = None


@dataclass(frozen=True)
class EvalSettings:
    """The content of evals/thresholds.yaml."""

    metrics: dict[str, Bounds] = field(default_factory=dict)
    graders: dict[str, GraderSettings] = field(default_factory=dict)


def read(path: Path = THRESHOLDS) -> EvalSettings:
    """Returns the thresholds; none where the file is missing."""
    if not path.is_file():
        return EvalSettings()
    settings = config.read(EvalSettings, path)
    for name, bounds in settings.metrics.items():
        if bounds == Bounds():
            raise UserError(f'"metrics.{name}" in {path.as_posix()} needs min or max')
    return settings
