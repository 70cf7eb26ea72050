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
        mean = x.mean((0, 2, 3), keepdim=True)
        std = x.std((0, 2, 3), keepdim=True)
        self.mean = nn.Buffer(mean)
        self.std = nn.Buffer(std.clamp(min=1e-3))
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
        if images.dtype == torch.uint8:
            images = to_input(images)
        x = (images - self.mean) / self.std
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
    convolution = nn.Conv2d(channels, width, 3, padding=1, bias=False)
    norm = nn.BatchNorm2d(width)
    return [convolution, norm, nn.ReLU()]


@dataclass(frozen=True)
class Augmentation:
    """Rotates, moves, scales, flips and relights each training image by its own draw."""

    settings: Model

    def __call__(self, images: Tensor, generator: torch.Generator) -> Tensor:
        """Returns changed images, 0..1 as (n, channels, height, width)."""
        settings = self.settings
        count = len(images)

        def draw(limit: float) -> Tensor:
            uniform = torch.rand(count, generator=generator)
            return (uniform * 2 - 1) * limit

        x = to_input(images)
        scale = 1 + draw(settings.scale)
        angle = draw(math.radians(settings.rotation))
        flip = torch.ones(count)
        if settings.horizontal_flip:
            flip = draw(1).sign()
        right = draw(2 * settings.translation)
        down = draw(2 * settings.translation)
        contrast = 1 + draw(settings.brightness)
        brightness = draw(settings.brightness / 2)
        x = transform(x, scale, angle, flip, right, down)
        x = x * contrast.view(-1, 1, 1, 1)
        x = x + brightness.view(-1, 1, 1, 1)
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
