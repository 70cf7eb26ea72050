"""The model, a DS-CNN (Zhang et al. 2017, "Hello Edge"), and the baseline."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from .config import Model


class KeywordNet(nn.Module):
    """Log-mel (batch, mels, frames) -> logits (batch, labels), for any number of frames."""

    def __init__(self, labels: int, spectrograms: Tensor, settings: Model) -> None:
        """`spectrograms` are those of training; the network normalises by their mean and spread."""
        super().__init__()
        mean = spectrograms.mean((0, 2))
        std = spectrograms.std((0, 2)).clamp(min=1e-3)
        self.mean = nn.Buffer(mean.unsqueeze(1))
        self.std = nn.Buffer(std.unsqueeze(1))
        width = settings.channels
        first = nn.Conv2d(1, width, (8, 4), stride=2, padding=(3, 1), bias=False)
        layers = [first, *normalise(width)]
        layers += separable_convolution(width, stride=2)
        for _ in range(settings.blocks - 1):
            layers += separable_convolution(width, stride=1)
        self.body = nn.Sequential(*layers)
        # A quarter faster on a CPU.
        self.body.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # not typed
        self.head = nn.Linear(width, labels)

    def forward(self, x: Tensor) -> Tensor:
        """Returns logits (batch, labels)."""
        x = (x - self.mean) / self.std
        x = self.body(x.unsqueeze(1))
        x = x.mean((2, 3))
        logits: Tensor = self.head(x)
        return logits


def separable_convolution(width: int, stride: int) -> list[nn.Module]:
    """One filter for each channel, then a mix of the channels."""
    depthwise = nn.Conv2d(width, width, 3, stride, 1, groups=width, bias=False)
    pointwise = nn.Conv2d(width, width, 1, bias=False)
    layers = [depthwise, *normalise(width)]
    layers += [pointwise, *normalise(width)]
    return layers


def normalise(width: int) -> list[nn.Module]:
    """Batch norm and ReLU."""
    return [nn.BatchNorm2d(width), nn.ReLU()]


class NearestMean:
    """The baseline: the keyword with the nearest mean of simple features."""

    def __init__(self, spectrograms: NDArray[Any], labels: NDArray[np.int64]) -> None:
        """Learns the mean of each label."""
        features = summarise(spectrograms)
        self.scale = features.std(axis=0) + 1e-6
        means = []
        for label in np.unique(labels):
            of_label = features[labels == label]
            means.append(of_label.mean(axis=0))
        self.means = np.stack(means)

    def predict_proba(self, spectrograms: NDArray[Any]) -> NDArray[Any]:
        """Returns probabilities (n, labels): the nearer, the higher."""
        features = summarise(spectrograms)
        differences = features[:, None] - self.means
        distances = ((differences / self.scale) ** 2).mean(axis=2)
        nearness = np.exp(-distances)
        return np.asarray(nearness / nearness.sum(axis=1, keepdims=True))


def summarise(spectrograms: NDArray[Any]) -> NDArray[Any]:
    """Returns mean, spread and maximum of each band, (n, 3 * mels), without the loudness."""
    x = spectrograms - spectrograms.mean((1, 2), keepdims=True)
    mean = x.mean(axis=2)
    std = x.std(axis=2)
    maximum = x.max(axis=2)
    return np.concatenate([mean, std, maximum], axis=1)
