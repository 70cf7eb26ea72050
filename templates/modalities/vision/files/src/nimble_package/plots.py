"""The plots of a training, from validation images of all seeds."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .config import Model
from .data import Examples, Splits
from .mlops import plots
from .mlops.scoring import Scoring
from .mlops.vision.tiles import plot_tiles
from .mlops.weights import Row

MAX_MISTAKES = 24
MIN_TILES = 8
COPIES = 3  # of each image, augmented


def draw(
    folder: Path,
    examples: Examples,
    y_prob: NDArray[Any],
    curves: Sequence[Sequence[Row]],
    scoring: Scoring,
) -> None:
    """Draws every plot of the validation images, whose probabilities are (n, classes)."""
    labels = examples.labels
    plots.plot_outputs(folder, labels, y_prob, scoring, examples="validation images")
    plots.plot_curves(folder / "learning_curve.png", curves)
    y_pred = scoring.decision.classify(y_prob)
    plot_mistakes(folder / "mistakes.png", examples, y_prob, y_pred)


def plot_mistakes(
    path: Path, examples: Examples, y_prob: NDArray[Any], y_pred: NDArray[Any]
) -> None:
    """The wrong images, and a few of the least certain right ones where hardly any is wrong."""
    labels = examples.labels
    rows = np.arange(len(labels))
    probability_of_label = y_prob[rows, labels]
    is_right = y_pred == labels
    wrong = int(np.count_nonzero(~is_right))
    count = max(MIN_TILES, min(wrong, MAX_MISTAKES))
    order = np.lexsort((probability_of_label, is_right))
    worst = order[:count]
    captions = []
    for row in worst:
        probabilities = y_prob[row]
        predicted = y_pred[row]
        caption = describe(examples, row, probabilities, predicted)
        captions.append(caption)
    images = examples.images[worst]
    shown = "the worst" if wrong >= count else "these, and the least certain right ones"
    count_of_all = len(labels)
    title = f"{wrong} of {count_of_all} validation images are wrong (label → prediction): {shown}"
    if not wrong:
        title = f"All {count_of_all} validation images are right: the least certain ones"
    plot_tiles(path, title, images, captions)


def describe(examples: Examples, row: int, y_prob: NDArray[Any], predicted: int) -> str:
    """Returns label, prediction and the probability of the prediction as a caption."""
    number = examples.labels[row]
    label = examples.classes[number]
    prediction = examples.classes[predicted]
    probability = y_prob[predicted]
    confidence = f"{probability:.0%}"
    if label == prediction:
        return f"{label:.12}, correct\n{confidence}"
    return f"{label:.12} → {prediction:.12}\n{confidence}"


def plot_augmentation(path: Path, splits: Splits, settings: Model) -> None:
    """Eight training images, and three augmented copies of each."""
    import torch

    from .model import Augmentation

    examples = splits.train
    by_label = np.argsort(examples.labels, kind="stable")
    last = len(by_label) - 1
    places = np.linspace(0, last, MIN_TILES, dtype=int)
    shown = examples.select(by_label[places])
    images = torch.from_numpy(shown.images)
    generator = torch.Generator().manual_seed(0)
    augment = Augmentation(settings)
    tiles = [images]
    for _ in range(COPIES):
        copies = augment(images, generator) * 255
        tiles.append(copies.permute(0, 2, 3, 1))
    captions = [f"{shown.classes[label]:.16}" for label in shown.labels]
    captions += [""] * (COPIES * MIN_TILES)
    title = "Training images and their augmented copies"
    pixels = torch.cat(tiles).byte()
    plot_tiles(path, title, pixels.numpy(), captions)
