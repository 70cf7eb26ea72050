"""Says in one sentence whether a model is better than its baselines."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from .project import BaselineScore


@dataclass(frozen=True)
class Verdict:
    """The primary metric of a model and of its baselines, the simplest one last."""

    metric: str
    score: float
    baselines: Mapping[str, BaselineScore]

    @property
    def best(self) -> BaselineScore | None:
        """The baseline with the highest score, of equal ones the last; None without any."""
        defined = [found for found in self.baselines.values() if not math.isnan(found.score)]
        return max(reversed(defined), key=lambda found: found.score, default=None)

    @property
    def beats_baselines(self) -> bool:
        """Whether the model is better than the best baseline."""
        return self.best is None or self.score > self.best.score

    def __str__(self) -> str:
        """Returns one sentence; nothing when there is no baseline."""
        if self.best is None:
            return ""
        if self.beats_baselines:
            return f"The model is better than {self._compare_with(self.best)}."
        as_good = [found for found in self.baselines.values() if found.score >= self.score]
        simplest = as_good[-1]
        sentence = f"The model is no better than {self._compare_with(simplest)}"
        if self.best.score > simplest.score:
            sentence += f", and {self.best.description} has {self.best.score:.4f}"
        return f"{sentence}."

    def _compare_with(self, baseline: BaselineScore) -> str:
        numbers = f"{self.metric} {self.score:.4f} against {baseline.score:.4f}"
        return f"{baseline.description}: {numbers}"
