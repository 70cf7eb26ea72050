"""A small convolutional network, what its training images go through, how it is served."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import affine_grid, grid_sample

from .config import Augment, Model


class Classifier(nn.Module):
    """Images (batch, channels, height, width) between 0 and 1 -> logits (batch, classes)."""

    def __init__(self, classes: int, channels: int, side: int, shape: Model) -> None:
        super().__init__()
        self.mean = nn.Buffer(torch.zeros(channels, 1, 1))
        self.std = nn.Buffer(torch.ones(channels, 1, 1))
        layers: list[nn.Module] = []
        # 8 pixels: 2 stages, 16: 3, 32 and more: 4; each halves the sides and doubles the channels
        for stage in range(max(1, min(4, int(math.log2(side)) - 1))):
            wide = shape.width * 2**stage
            layers += [convolve(channels, wide), convolve(wide, wide), nn.MaxPool2d(2)]
            channels = wide
        self.features = nn.Sequential(*layers)
        self.head = nn.Sequential(nn.Dropout(shape.dropout), nn.Linear(channels, classes))

    def normalise(self, x: Tensor) -> "Classifier":
        """Takes mean and spread of each channel from training images."""
        self.mean.copy_(x.mean((0, 2, 3))[:, None, None])
        self.std.copy_(x.std((0, 2, 3))[:, None, None].clamp(min=1e-3))
        return self

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.head(self.features((x - self.mean) / self.std).mean((2, 3)))
        return logits


def convolve(channels: int, wide: int) -> nn.Sequential:
    """3 x 3 convolution, batch norm, ReLU."""
    weights = nn.Conv2d(channels, wide, 3, padding=1, bias=False)
    return nn.Sequential(weights, nn.BatchNorm2d(wide), nn.ReLU())


def to_input(images: Tensor) -> Tensor:
    """Bytes (batch, height, width, channels) as a file holds them -> what the network takes."""
    return images.permute(0, 3, 1, 2).float() / 255


class Served(nn.Module):
    """Bytes in, probabilities out: the preprocessing travels with the weights (model.onnx)."""

    def __init__(self, network: Classifier) -> None:
        super().__init__()
        self.network = network

    def forward(self, images: Tensor) -> Tensor:
        return self.network(to_input(images)).softmax(1)


@dataclass(frozen=True)
class Augmenter:
    """Turns, shifts, zooms, mirrors and relights each image by its own draw."""

    by: Augment

    def __call__(self, x: Tensor, generator: torch.Generator) -> Tensor:
        def draw(most: float) -> Tensor:
            return (torch.rand(len(x), generator=generator) * 2 - 1) * most

        zoom, angle = 1 + draw(self.by.zoom), draw(math.radians(self.by.turn))
        cos, sin, mirror = zoom * angle.cos(), zoom * angle.sin(), torch.ones(len(x))
        if self.by.flip:
            mirror = draw(1).sign()
        right, down = draw(2 * self.by.shift), draw(2 * self.by.shift)
        places = torch.stack([cos * mirror, -sin, right, sin * mirror, cos, down], 1)
        grid = affine_grid(places.view(-1, 2, 3), list(x.shape), align_corners=False)
        moved = grid_sample(x, grid, padding_mode="border", align_corners=False)
        contrast, light = 1 + draw(self.by.light), draw(self.by.light / 2)
        return (moved * contrast[:, None, None, None] + light[:, None, None, None]).clamp(0, 1)
