"""What drift must know about images: light, contrast, sharpness and colours."""

from collections.abc import Mapping, Sequence

import numpy as np

from ..config import Config
from ..mlops.drift.adapter import Adapter, Facts
from ..mlops.drift.sample import Column, number
from ..predict import Model, Pixels


def describe(_model: Model, images: Sequence[Pixels], _facts: Facts) -> Mapping[str, Column]:
    """Returns statistics of images in the size that the model reads, 0 to 255."""
    rows: dict[str, list[float]] = {}
    for image in images:
        for name, value in measure(image).items():
            rows.setdefault(name, []).append(value)
    return {name: number(values) for name, values in rows.items()}


def measure(image: Pixels) -> dict[str, float]:
    """Returns mean, standard deviation and mean difference of neighbours, and channel means."""
    pixels = image.astype(np.float32)
    across = np.abs(np.diff(pixels, axis=1)).mean()
    down = np.abs(np.diff(pixels, axis=0)).mean()
    found = {"brightness": float(pixels.mean()), "contrast": float(pixels.std())}
    found["sharpness"] = float(across + down) / 2
    channels = pixels.mean(axis=(0, 1))
    if len(channels) > 1:
        for position, value in enumerate(channels, start=1):
            found[f"channel {position}"] = float(value)
    return found


ADAPTER: Adapter[Config, Pixels, Model] = Adapter(columns=describe)
