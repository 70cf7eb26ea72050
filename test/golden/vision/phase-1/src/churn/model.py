"""A small convolutional network, and what its training images go through."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import affine_grid, grid_sample

from .config import Model


def to_input(images: Tensor) -> Tensor:
    """Bytes (n, height, width, channels) -> 0 to 1 as (n, channels, height, width)."""
    return images.permute(0, 3, 1, 2).float() / 255


class Classifier(nn.Module):
    """Images as bytes (n, height, width, channels), or after `to_input` -> logits (n, classes)."""

    def __init__(self, classes: int, images: Tensor, shape: Model) -> None:
        super().__init__()
        x = to_input(images)
        self.mean = nn.Buffer(x.mean((0, 2, 3))[:, None, None])
        self.std = nn.Buffer(x.std((0, 2, 3))[:, None, None].clamp(min=1e-3))
        layers, wide = list[nn.Module](), x.shape[1]
        # 8 pixels: 2 stages, 16: 3, 32 and more: 4; each halves the sides and doubles the channels
        for stage in range(max(1, min(4, int(math.log2(min(x.shape[2:]))) - 1))):
            narrow, wide = wide, shape.width * 2**stage
            layers += [*convolve(narrow, wide), *convolve(wide, wide), nn.MaxPool2d(2)]
        self.features = nn.Sequential(*layers)
        self.head = nn.Sequential(nn.Dropout(shape.dropout), nn.Linear(wide, classes))

    def forward(self, images: Tensor) -> Tensor:
        x = to_input(images) if images.dtype == torch.uint8 else images
        logits: Tensor = self.head(self.features((x - self.mean) / self.std).mean((2, 3)))
        return logits


def convolve(narrow: int, wide: int) -> tuple[nn.Module, ...]:
    """3 x 3 convolution, batch norm, ReLU."""
    weights = nn.Conv2d(narrow, wide, 3, padding=1, bias=False)
    return weights, nn.BatchNorm2d(wide), nn.ReLU()


@dataclass(frozen=True)
class Augmenter:
    """Turns, shifts, zooms, mirrors and relights each training image by a draw of its own."""

    by: Model

    def __call__(self, images: Tensor, generator: torch.Generator) -> Tensor:
        def draw(most: float) -> Tensor:
            return (torch.rand(len(images), generator=generator) * 2 - 1) * most

        zoom, angle = 1 + draw(self.by.zoom), draw(math.radians(self.by.turn))
        cos, sin = zoom * angle.cos(), zoom * angle.sin()
        side = draw(1).sign() if self.by.mirror else 1
        right, down = draw(2 * self.by.shift), draw(2 * self.by.shift)
        places = torch.stack([cos * side, -sin, right, sin * side, cos, down], 1).view(-1, 2, 3)
        x = to_input(images)
        grid = affine_grid(places, list(x.shape), align_corners=False)
        moved = grid_sample(x, grid, padding_mode="border", align_corners=False)
        contrast, light = 1 + draw(self.by.light), draw(self.by.light / 2)
        return (moved * contrast[:, None, None, None] + light[:, None, None, None]).clamp(0, 1)
