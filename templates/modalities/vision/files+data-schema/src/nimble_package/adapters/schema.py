"""What the schema must know about images: their shape, brightness and labels."""

from pathlib import Path

from .. import data
from ..config import Config
from ..mlops.schema.adapter import Column
from ..mlops.schema.whole_data import describe_doubles, describe_labels, describe_size


def read_columns(config: Config, folder: Path) -> dict[str, Column]:
    """Returns the columns of the images of all splits together."""
    splits = data.load(config, folder)
    examples = data.join([splits.train, splits.valid, splits.test])
    _, height, width, channels = examples.images.shape
    brightness = examples.images.mean(axis=(1, 2, 3))  # 0 is black, 255 white
    labels = [examples.classes[label] for label in examples.labels]
    contents = [image.tobytes() for image in examples.images]
    names = examples.names.tolist()
    return {
        "image height": Column("number", [height]),
        "image width": Column("number", [width]),
        "image channels": Column("number", [channels]),
        "brightness": Column("number", brightness.round(1), places=names),
        "label": Column("category", labels, places=names),
        **describe_size(len(labels)),
        **describe_labels(labels),
        **describe_doubles(contents),
    }
