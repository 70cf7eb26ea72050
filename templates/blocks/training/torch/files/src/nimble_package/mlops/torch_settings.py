"""Settings of the training loop: parts of config.yaml, so this module does not import torch."""

import math
from dataclasses import dataclass
from typing import Literal

from .metric_settings import ClassWeight


@dataclass(frozen=True)
class Schedule:
    """AdamW with a linear warm-up, a cosine decay to zero, and early stopping."""

    epochs: int = 30
    batch_size: int = 64
    learning_rate: float = 0.003  # the highest one
    weight_decay: float = 0.01
    warmup: float = 0.1  # share of all steps
    patience: int = 8  # epochs without a lower validation loss
    clip_norm: float = 1.0  # longer gradients are shortened to this
    precision: Literal["auto", "float32", "bfloat16"] = "auto"  # auto: bfloat16 where CUDA has it
    class_weight: ClassWeight = "none"  # balanced: a rare class counts as much as a frequent one
    onnx_tolerance: float = 1e-4  # largest difference between the outputs of torch and ONNX

    def rate(self, progress: float) -> float:
        """Returns the learning rate after a share of all steps, 0 to 1."""
        rise = 1.0
        if self.warmup:
            rise = min(1.0, progress / self.warmup)
        decay = max(0.0, progress - self.warmup) / (1 - self.warmup)
        cosine = (1 + math.cos(math.pi * decay)) / 2
        return self.learning_rate * rise * cosine


@dataclass(frozen=True)
class Runtime:
    """What else can change a metric, or the time that a training takes."""

    seed: int = 0
    threads: int = 1  # results are bit-equal for one number of threads
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    track: bool = True  # false: no tracker
