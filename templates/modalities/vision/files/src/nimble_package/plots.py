"""Pictures of pictures, for people to look at."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .config import Model
from .data import Split, Splits
from .mlops import scores


def plot_mistakes(path: Path, held: Split, chances: NDArray[Any], classes: Sequence[str]) -> None:
    """Wrong answers, the surest first; where they are few, also the least sure right ones."""
    said, truth = chances.argmax(1), held.labels
    wrong, right_chance = int((said != truth).sum()), chances[np.arange(len(truth)), truth]
    worst = np.argsort(right_chance, kind="stable")[: max(8, min(wrong, 24))]
    captions = [
        f"{classes[truth[i]]:.12}"
        + (f" → {classes[said[i]]:.12}" if said[i] != truth[i] else ", right")
        + f"\n{chances[i, said[i]]:.0%} sure"
        for i in worst
    ]
    title = f"{wrong} of {len(truth)} held-out images are wrong (label → answer); the worst"
    plot_tiles(path, title, held.images[worst], captions)


def plot_augmentation(path: Path, splits: Splits, by: Model) -> None:
    """What training sees: eight images, and three changed copies of each."""
    import torch

    from .model import Augmenter

    shown = np.argsort(splits.train.labels, kind="stable")
    shown = shown[np.linspace(0, len(shown) - 1, 8).astype(int)]  # of many labels
    images, random = torch.from_numpy(splits.train.images[shown]), torch.Generator().manual_seed(0)
    copies = [Augmenter(by)(images, random).permute(0, 2, 3, 1) * 255 for _ in range(3)]
    captions = [f"{splits.classes[label]:.16}" for label in splits.train.labels[shown]]
    tiles = torch.cat([images, *copies]).byte().numpy()
    title = "Training images, and what augmentation makes of them"
    plot_tiles(path, title, tiles, captions + [""] * 24)


def plot_tiles(path: Path, title: str, images: NDArray[Any], captions: Sequence[str]) -> None:
    """Images in rows of eight, each over its caption."""
    high = images.shape[1] / images.shape[2]
    step, rows = high + 0.2 + 0.15 * captions[0].count("\n"), -(-len(images) // 8)
    with scores.plot(path, title, "", "", (9.6, rows * step * 1.1 + 0.4)) as axes:
        for i, (image, caption) in enumerate(zip(images, captions, strict=True)):
            left, top = i % 8 * 1.1, -(i // 8) * step
            box = (left, left + 1, top - high, top)
            axes.imshow(image.squeeze(), cmap="gray", extent=box, vmin=0, vmax=255)
            axes.text(left + 0.5, top - high - 0.04, caption, ha="center", va="top", fontsize=8)
        axes.set(xlim=(0, 8.7), ylim=(-rows * step, 0))
        axes.axis("off")
