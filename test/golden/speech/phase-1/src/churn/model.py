"""The model, a DS-CNN (Zhang et al. 2017, "Hello Edge"), and the baseline."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from .config import Model


class KeywordNet(nn.Module):
    """Log-mel (batch, mels, frames) -> logits (batch, labels), for any number of frames."""

    def __init__(self, labels: int, mels: int, shape: Model) -> None:
        super().__init__()
        self.mean, self.std = nn.Buffer(torch.zeros(mels, 1)), nn.Buffer(torch.ones(mels, 1))
        wide = shape.channels
        layers = [nn.Conv2d(1, wide, (8, 4), 2, (3, 1), bias=False), *after(wide)]
        for stride in [2] + [1] * (shape.blocks - 1):  # a filter per channel, then a mix of them
            layers += nn.Conv2d(wide, wide, 3, stride, 1, groups=wide, bias=False), *after(wide)
            layers += nn.Conv2d(wide, wide, 1, bias=False), *after(wide)
        self.body = nn.Sequential(*layers)
        self.out = nn.Linear(wide, labels)

    def normalise(self, x: Tensor) -> "KeywordNet":
        """Takes each band's mean and spread from training features."""
        self.mean.copy_(x.mean((0, 2))[:, None])
        self.std.copy_(x.std((0, 2)).clamp(min=1e-3)[:, None])
        return self

    def forward(self, x: Tensor) -> Tensor:
        heard = self.body(((x - self.mean) / self.std)[:, None]).mean((2, 3))
        logits: Tensor = self.out(heard)
        return logits


def after(wide: int) -> tuple[nn.Module, nn.Module]:
    """What follows each convolution."""
    return nn.BatchNorm2d(wide), nn.ReLU()


class NearestMean:
    """The baseline: the keyword with the nearest mean, by each band's mean, spread and maximum."""

    def __init__(self, x: NDArray[Any], labels: NDArray[np.int64]) -> None:
        seen = self.describe(x)
        self.scale = seen.std(0) + 1e-6
        self.means = np.stack([seen[labels == label].mean(0) for label in np.unique(labels)])

    def describe(self, x: NDArray[Any]) -> NDArray[Any]:
        x = x - x.mean((1, 2), keepdims=True)  # however loud
        return np.concatenate([x.mean(2), x.std(2), x.max(2)], axis=1)

    def __call__(self, x: NDArray[Any]) -> NDArray[Any]:
        """(n, mels, frames) -> (n, labels): chances, the higher the nearer."""
        apart = (self.describe(x)[:, None] - self.means) / self.scale
        nearness = np.exp(-(apart**2).mean(2))
        return np.asarray(nearness / nearness.sum(1, keepdims=True))
