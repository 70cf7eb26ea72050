"""A small convolutional network, and the augmentation of its training images."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import affine_grid, grid_sample

from .config import Model

MAX_STAGES = 4


def to_input(images: Tensor) -> Tensor:
    """Converts bytes (n, height, width, channels) to 0..1 as (n, channels, height, width)."""
    return images.permute(0, 3, 1, 2).float() / 255


class Classifier(nn.Module):
    """Images as bytes (n, height, width, channels), or after `to_input` -> logits (n, classes)."""

    def __init__(self, classes: int, images: Tensor, settings: Model) -> None:
        """`images` are some training images; the network normalises by their mean and spread."""
        super().__init__()
        x = to_input(images)
        mean = x.mean((0, 2, 3))
        std = x.std((0, 2, 3)).clamp(min=1e-3)
        self.mean = nn.Buffer(mean[:, None, None])
        self.std = nn.Buffer(std[:, None, None])
        layers: list[nn.Module] = []
        channels = x.shape[1]
        for stage in range(count_stages(x)):
            width = settings.width * 2**stage
            layers += convolve(channels, width)
            layers += convolve(width, width)
            layers.append(nn.MaxPool2d(2))
            channels = width
        self.features = nn.Sequential(*layers)
        self.dropout = nn.Dropout(settings.dropout)
        self.head = nn.Linear(channels, classes)

    def forward(self, images: Tensor) -> Tensor:
        """Returns logits (n, classes)."""
        x = to_input(images) if images.dtype == torch.uint8 else images
        x = (x - self.mean) / self.std
        x = self.features(x).mean((2, 3))
        logits: Tensor = self.head(self.dropout(x))
        return logits


def count_stages(x: Tensor) -> int:
    """Returns 2 stages for 8 pixels, 3 for 16, 4 for 32 and more: each halves the sides."""
    shorter_side = min(x.shape[2:])
    stages = int(math.log2(shorter_side)) - 1
    return max(1, min(MAX_STAGES, stages))


def convolve(channels: int, width: int) -> list[nn.Module]:
    """A 3 x 3 convolution, batch norm, ReLU."""
    weights = nn.Conv2d(channels, width, 3, padding=1, bias=False)
    return [weights, nn.BatchNorm2d(width), nn.ReLU()]


@dataclass(frozen=True)
class Augmentation:
    """Rotates, moves, scales, flips and relights each training image by its own draw."""

    settings: Model

    def __call__(self, images: Tensor, generator: torch.Generator) -> Tensor:
        """Returns changed images, 0..1 as (n, channels, height, width)."""
        count = len(images)

        def draw(limit: float) -> Tensor:
            return (torch.rand(count, generator=generator) * 2 - 1) * limit

        x = to_input(images)
        scale = 1 + draw(self.settings.scale)
        angle = draw(math.radians(self.settings.rotation))
        flip = draw(1).sign() if self.settings.horizontal_flip else torch.ones(count)
        right = draw(2 * self.settings.translation)
        down = draw(2 * self.settings.translation)
        contrast = 1 + draw(self.settings.brightness)
        brightness = draw(self.settings.brightness / 2)
        x = transform(x, scale, angle, flip, right, down)
        x = x * contrast[:, None, None, None] + brightness[:, None, None, None]
        return x.clamp(0, 1)


def transform(
    x: Tensor, scale: Tensor, angle: Tensor, flip: Tensor, right: Tensor, down: Tensor
) -> Tensor:
    """Applies one affine transformation to each image; `right` and `down` are in half sides."""
    cos = scale * angle.cos()
    sin = scale * angle.sin()
    top_row = torch.stack([cos * flip, -sin, right], dim=1)
    bottom_row = torch.stack([sin * flip, cos, down], dim=1)
    matrices = torch.stack([top_row, bottom_row], dim=1)
    grid = affine_grid(matrices, list(x.shape), align_corners=False)
    return grid_sample(x, grid, padding_mode="border", align_corners=False)
