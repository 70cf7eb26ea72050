"""Changes training spectrograms: shifted, noisy and partly masked copies."""

import torch
from torch import Generator, Tensor

from .config import Config

NATS_PER_DB = 0.23  # ln(10) / 10
TINY = 1e-7


class Augmentation:
    """Spectrograms (batch, mels, frames) -> the same shape; each clip by its own draw."""

    def __init__(self, config: Config, mean: Tensor) -> None:
        """`mean` (mels, 1) is what a masked place gets."""
        self.settings = config.augment
        self.mean = mean
        hop_ms = config.features.hop_ms
        self.max_shift = round(self.settings.shift_ms / hop_ms)  # frames

    def __call__(self, x: Tensor, generator: Generator) -> Tensor:
        """Shifts in time, adds noise, masks bands and frames."""
        x = self.shift(x, generator)
        x = self.add_noise(x, generator)
        return self.mask(x, generator)

    def shift(self, x: Tensor, generator: Generator) -> Tensor:
        """Moves each clip earlier or later; its edge is repeated."""
        limit = self.max_shift
        frames = x.shape[2]
        offset = draw(x, -limit, limit, generator)
        source = torch.arange(frames) - offset.round()
        source = source.clamp(0, frames - 1).long()
        return x.gather(2, source.expand_as(x))

    def add_noise(self, x: Tensor, generator: Generator) -> Tensor:
        """Adds white noise: its power in a band is exponentially distributed, and powers add up."""
        low, high = self.settings.noise_db
        decibels = draw(x, low, high, generator)
        level = x.amax((1, 2), keepdim=True)
        level -= decibels * NATS_PER_DB
        uniform = torch.empty_like(x).uniform_(TINY, 1, generator=generator)
        power = -uniform.log()  # four times as fast as exponential_
        noise = level + power.log()
        return torch.logaddexp(x, noise)

    def mask(self, x: Tensor, generator: Generator) -> Tensor:
        """Masks some bands and some frames (SpecAugment, Park et al. 2019)."""
        _, mels, frames = x.shape
        bands = torch.arange(mels).unsqueeze(1)
        times = torch.arange(frames)
        settings = self.settings
        x = self.mask_range(x, bands, settings.mel_mask, generator)
        return self.mask_range(x, times, settings.time_mask, generator)

    def mask_range(self, x: Tensor, places: Tensor, limit: int, generator: Generator) -> Tensor:
        """Masks a range of at most `limit` bands or frames, which `places` numbers."""
        size = len(places.flatten())
        length = draw(x, 0, limit + 1, generator).floor()
        last_start = size - length
        start = draw(x, 0, 1, generator) * last_start
        start = start.floor()
        is_after_start = places >= start
        is_before_end = places < start + length
        return torch.where(is_after_start & is_before_end, self.mean, x)


def draw(x: Tensor, low: float, high: float, generator: Generator) -> Tensor:
    """Returns one number for each clip, (batch, 1, 1)."""
    uniform = torch.rand(len(x), 1, 1, generator=generator)
    return low + (high - low) * uniform
