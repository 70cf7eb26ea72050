"""What the schema must know about clips: rate, length, peaks, labels and speakers."""

from pathlib import Path

import numpy as np

from .. import data
from ..config import Config
from ..mlops.schema.adapter import Column
from ..mlops.schema.whole_data import describe_doubles, describe_labels, describe_size

LIMITS = ("min", "max")


def read_columns(config: Config, folder: Path) -> dict[str, Column]:
    """Returns columns of all splits together; the facts about all clips have one value."""
    splits = data.load(config, folder)
    parts = [splits.train, splits.valid, splits.test]
    rate = config.features.sample_rate
    labels: list[str] = []
    peaks: list[float] = []
    names: list[str] = []
    contents: list[bytes] = []
    for examples in [*parts, splits.held_out]:
        labels.extend(row["label"] for row in examples.rows)
        contents.extend(clip.tobytes() for clip in examples.clips)
        names.extend(row["name"] for row in examples.rows)
        of_clips = np.abs(examples.clips).max(axis=1, initial=0)
        peaks.extend(of_clips.tolist())
    seconds = splits.train.clips.shape[1] / rate
    speakers = [len({row["speaker"] for row in examples.rows}) for examples in parts]
    columns = {"label": Column("category", labels, places=names)}
    # The largest sample; 1 is full scale.
    columns["peak"] = Column("number", peaks, LIMITS, places=names)
    columns["sample_rate"] = Column("number", [rate], LIMITS)  # Hz
    columns["seconds"] = Column("number", [seconds], LIMITS)
    columns["speakers_in_a_split"] = Column("number", speakers, ("min",), margin=0.5)
    facts = {**describe_size(len(labels)), **describe_labels(labels)}
    return {**columns, **facts, **describe_doubles(contents)}
