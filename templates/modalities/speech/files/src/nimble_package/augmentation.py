"""Changes training spectrograms: shifted, noisy and partly masked copies."""

import torch
from torch import Generator, Tensor

from .config import Config

NATS_PER_DB = 0.23  # ln(10) / 10


class Augmentation:
    """Spectrograms (batch, mels, frames) -> the same shape; each clip by its own draw."""

    def __init__(self, config: Config, mean: Tensor) -> None:
        """`mean` (mels, 1) is what a masked place gets."""
        self.settings = config.augment
        self.mean = mean
        self.max_shift = round(config.augment.shift_ms / config.features.hop_ms)  # frames

    def __call__(self, x: Tensor, generator: Generator) -> Tensor:
        """Shifts in time, adds noise, masks bands and frames."""
        x = self.shift(x, generator)
        x = self.add_noise(x, generator)
        return self.mask(x, generator)

    def shift(self, x: Tensor, generator: Generator) -> Tensor:
        """Moves each clip earlier or later; its edge is repeated."""
        frames = x.shape[2]
        offset = draw(x, -self.max_shift, self.max_shift, generator).round().long()
        source = torch.arange(frames) - offset
        return x.gather(2, source.clamp(0, frames - 1).expand_as(x))

    def add_noise(self, x: Tensor, generator: Generator) -> Tensor:
        """Adds white noise: its power in a band is exponentially distributed, and powers add up."""
        below = draw(x, *self.settings.noise_db, generator) * NATS_PER_DB
        level = x.amax((1, 2), keepdim=True) - below
        power = torch.empty_like(x).exponential_(generator=generator)
        return torch.logaddexp(x, level + power.log())

    def mask(self, x: Tensor, generator: Generator) -> Tensor:
        """Masks some bands and some frames (SpecAugment, Park et al. 2019)."""
        _, mels, frames = x.shape
        bands = torch.arange(mels)[:, None]
        times = torch.arange(frames)
        x = self.mask_range(x, bands, mels, self.settings.mel_mask, generator)
        return self.mask_range(x, times, frames, self.settings.time_mask, generator)

    def mask_range(
        self, x: Tensor, places: Tensor, size: int, max_length: int, generator: Generator
    ) -> Tensor:
        """Masks one range of up to `max_length` along the axis that `places` numbers."""
        length = draw(x, 0, max_length + 1, generator).floor()
        start = (draw(x, 0, 1, generator) * (size - length)).floor()
        is_masked = (places >= start) & (places < start + length)
        return torch.where(is_masked, self.mean, x)


def draw(x: Tensor, low: float, high: float, generator: Generator) -> Tensor:
    """Returns one number for each clip, (batch, 1, 1)."""
    uniform = torch.rand(len(x), 1, 1, generator=generator)
    return low + (high - low) * uniform
