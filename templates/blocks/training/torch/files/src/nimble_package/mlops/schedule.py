"""How hard to train, and on what: parts of the configuration, so they import no torch."""

import math
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Schedule:
    """AdamW, a linear warm-up, a cosine decay to zero, stopped early."""

    epochs: int = 30
    batch_size: int = 64
    learning_rate: float = 0.003
    weight_decay: float = 0.01
    warmup: float = 0.1  # share of all steps
    patience: int = 8  # epochs without a lower validation loss
    clip_norm: float = 1.0  # longer gradients are shortened to this
    precision: Literal["auto", "float32", "bfloat16"] = "auto"  # auto: bfloat16 where CUDA has it

    def rate(self, progress: float) -> float:
        """Learning rate after a share of all steps."""
        decay = max(0, progress - self.warmup) / (1 - self.warmup)
        rise = min(1, progress / self.warmup) if self.warmup else 1
        return self.learning_rate * rise * (1 + math.cos(math.pi * decay)) / 2


@dataclass(frozen=True)
class Runtime:
    """What else may change a figure, or the time it takes."""

    seed: int = 0
    threads: int = 1  # bit-equal results hold for one number of threads
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    track: bool = True  # false: no tracker
