"""The prepared clips and their keywords, as fields of data/schema.yaml."""

from typing import Any

import numpy as np

from .. import data
from ..config import Config


def describe(config: Config) -> dict[str, dict[str, Any]]:
    """Rules for the clips, their keywords and who speaks, as all splits together are."""
    splits = data.load(config)
    parts = [splits.train, splits.valid, splits.test, splits.held_out]
    peaks = np.concatenate([np.abs(part.sound).max(axis=1, initial=0) for part in parts])
    labels = np.concatenate([part.labels for part in parts])
    counts = np.bincount(labels, minlength=len(splits.labels))
    speakers = [len({row["speaker"] for row in part.rows}) for part in parts[:3]]
    rate = config.features.rate
    return {
        "clip": {"kind": "sound", "rate": rate, "seconds": splits.train.sound.shape[1] / rate},
        "loudest sample of a clip": {  # of a full scale of 1
            "kind": "number",
            "least": round(float(peaks.min()), 3),
            "most": round(float(peaks.max()), 3),
        },
        "keyword": {"kind": "category", "allowed": list(splits.labels)},
        "share of the rarest keyword": {
            "kind": "number",
            "least": round(float(counts.min() / counts.sum()) * 0.5, 4),  # half of what it is
        },
        "speakers in a split": {"kind": "number", "least": max(1, min(speakers) // 2)},
    }
