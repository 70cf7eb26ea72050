"""What training hears besides the clips: shifted, noisy and partly wiped-out copies."""

import torch
from torch import Generator, Tensor

from .config import Config


class Augmentation:
    """(batch, mels, frames) -> the same shape; each clip by chances of its own."""

    def __init__(self, config: Config, mean: Tensor) -> None:
        self.how, self.mean = config.augment, mean  # (mels, 1): what a wiped-out place holds
        self.shift = round(config.augment.shift_ms / config.features.hop_ms)

    def __call__(self, x: Tensor, generator: Generator) -> Tensor:
        def draw(low: float, high: float) -> Tensor:
            return low + (high - low) * torch.rand(len(x), 1, 1, generator=generator)

        _, mels, frames = x.shape
        band, time = torch.arange(mels)[:, None], torch.arange(frames)
        earlier = (time - draw(-self.shift, self.shift).round().long()).clamp(0, frames - 1)
        x = x.gather(2, earlier.expand_as(x))
        # White noise: its power in a band is exponentially distributed, and powers add up.
        loud = x.amax((1, 2), keepdim=True) - draw(*self.how.noise_db) * 0.23  # dB -> nats
        x = torch.logaddexp(x, loud + torch.empty_like(x).exponential_(generator=generator).log())
        wipes = (
            (band, mels, self.how.mask_mels),
            (time, frames, self.how.mask_frames),
        )  # SpecAugment
        for place, size, most in wipes:
            length = draw(0, most + 1).floor()
            start = (draw(0, 1) * (size - length)).floor()
            x = torch.where((place >= start) & (place < start + length), self.mean, x)
        return x
