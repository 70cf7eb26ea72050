"""The prepared images and their labels, as fields of data/schema.yaml."""

from typing import Any

import numpy as np

from .. import data
from ..config import Config


def describe(config: Config) -> dict[str, dict[str, Any]]:
    """Rules for the images and for their labels, as all splits together are."""
    splits = data.load(config)
    whole = data.join([splits.train, splits.valid, splits.test])
    _, height, width, channels = whole.images.shape
    light = whole.images.mean(axis=(1, 2, 3))
    counts = np.bincount(whole.labels, minlength=len(splits.classes))
    return {
        "image": {"kind": "image", "height": height, "width": width, "channels": channels},
        "brightness": {  # the mean of an image, 0 black and 255 white
            "kind": "number",
            "least": round(float(light.min()), 1),
            "most": round(float(light.max()), 1),
        },
        "label": {"kind": "category", "allowed": list(splits.classes)},
        "share of the rarest label": {
            "kind": "number",
            "least": round(float(counts.min() / counts.sum()) * 0.5, 4),  # half of what it is
        },
    }
