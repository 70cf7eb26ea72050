"""How hard to train: part of the configuration, so it imports no torch."""

import math
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Schedule:
    """AdamW with a linear warm-up and a cosine decay to zero, stopped early."""

    epochs: int = 30
    batch_size: int = 64
    learning_rate: float = 0.003
    weight_decay: float = 0.01
    warmup: float = 0.1  # share of all steps
    patience: int = 8  # epochs without a lower validation loss before it stops
    clip_norm: float = 1.0  # longer gradients are shortened to this
    precision: Literal["auto", "float32", "bfloat16"] = "auto"  # auto: bfloat16 where CUDA has it

    def rate(self, progress: float) -> float:
        """Learning rate at `progress`, a share of all steps between 0 and 1."""
        if progress < self.warmup:
            return self.learning_rate * progress / self.warmup
        decay = (progress - self.warmup) / (1 - self.warmup)
        return self.learning_rate * 0.5 * (1 + math.cos(math.pi * decay))
