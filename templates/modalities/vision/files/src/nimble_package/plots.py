"""Pictures of pictures, for people to look at."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import scores
from .config import Config
from .data import Splits


def draw(
    folder: Path,
    splits: Splits,
    chances: NDArray[Any],
    histories: Sequence[Sequence[dict[str, float]]],
    config: Config,
) -> None:
    """All plots of a training; `chances` are those of the validation images."""
    truth, names = splits.valid.labels, splits.classes
    scores.plot_confusion(folder / "confusion.png", truth, chances.argmax(1), names)
    scores.plot_calibration(folder / "calibration.png", truth, chances)
    scores.plot_curves(folder / "learning_curve.png", histories)
    draw_mistakes(folder / "mistakes.png", splits, chances)
    draw_augmentation(folder / "augmentation.png", splits, config)


def draw_mistakes(path: Path, splits: Splits, chances: NDArray[Any]) -> None:
    """Wrong answers, the surest first; the least sure right ones where there are fewer than eight."""
    truth, said, names = splits.valid.labels, chances.argmax(1), splits.classes
    wrong = int((truth != said).sum())
    worst = np.argsort(chances[np.arange(len(truth)), truth], kind="stable")[: max(8, min(wrong, 24))]
    captions = [
        f"{names[truth[i]]} → {names[said[i]]}\n{chances[i, said[i]]:.0%} sure" for i in worst
    ]
    title = f"{wrong} of {len(truth)} validation images are wrong: label → answer, worst first"
    draw_tiles(path, title, splits.valid.images[worst], captions)


def draw_augmentation(path: Path, splits: Splits, config: Config) -> None:
    """What training sees: images as they are, each over three changed copies."""
    import torch

    from .model import Augmenter, to_input

    images = splits.train.images[:8]
    x, random = to_input(torch.from_numpy(images)), torch.Generator().manual_seed(0)
    changed = [Augmenter(config.augment)(x, random).permute(0, 2, 3, 1) * 255 for _ in range(3)]
    captions = [splits.classes[label] for label in splits.train.labels[:8]] + ["changed"] * 24
    rows = np.concatenate([images, *(copy.byte().numpy() for copy in changed)])
    draw_tiles(path, "Training images, and what augmentation makes of them", rows, captions)


def draw_tiles(path: Path, title: str, images: NDArray[Any], captions: Sequence[str]) -> None:
    """Images in rows of eight, each over its caption."""
    high, lines = images.shape[1] / images.shape[2], captions[0].count("\n") + 1
    step, rows = high + 0.15 + 0.15 * lines, -(-len(images) // 8)
    with scores.plot(path, title, "", "", (9.6, rows * step * 1.1 + 0.5)) as axes:
        for i, (image, caption) in enumerate(zip(images, captions, strict=True)):
            left, top = i % 8 * 1.1, -(i // 8) * step
            box = (left, left + 1, top - high, top)
            axes.imshow(image.squeeze(), cmap="gray", extent=box, vmin=0, vmax=255)
            axes.text(left + 0.5, top - high - 0.05, caption, ha="center", va="top", fontsize=8)
        axes.set(xlim=(0, 8.7), ylim=(-rows * step, 0))
        axes.axis("off")
