"""What the analysis must know about images: features are regions."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from .. import predict
from ..config import Config
from ..mlops.analysis.adapter import Adapter
from ..mlops.project import PREPARED
from ..mlops.vision.regions import find_regions, plot_regions
from ..predict import Model, Outputs, Pixels


def list_features(_config: Config, model: Model) -> list[str]:
    """Returns the regions of an image; a single pixel means little."""
    return list(find_regions(model.data.size))


def exchange_feature(
    model: Model, images: Sequence[Pixels], feature: str, others: Sequence[Pixels]
) -> Outputs:
    """Returns the outputs for images that have one region of another image."""
    rows, columns = find_regions(model.data.size)[feature]
    mixed = np.stack(images)
    mixed[:, rows, columns] = np.stack(others)[:, rows, columns]
    return predict.outputs(model, list(mixed))


def list_steps(model: Model, images: Sequence[Pixels]) -> Mapping[str, Callable[[], object]]:
    """Returns reading as many files, then the model, which does all further preprocessing."""
    files = [str(PREPARED / "example.png")] * len(images)
    return {
        "read a file": partial(predict.read_inputs, model, files),
        "(model)": partial(predict.outputs, model, images),
    }


def describe_input(
    model: Model, image: Pixels, contributions: Mapping[str, float], folder: Path
) -> list[str]:
    """Returns size and mean of an image; draws what each region adds."""
    path = folder / "regions.png"
    label = predict.predict(model, [image])[0]["label"]
    plot_regions(path, image, contributions, label)
    height, width, channels = image.shape
    size = f"{height} x {width} pixels, channels: {channels}, mean {image.mean():.0f} of 255"
    return [size, f"plot: {path.as_posix()}"]


ADAPTER = Adapter(
    features=list_features,
    exchange_feature=exchange_feature,
    steps=list_steps,
    describe_input=describe_input,
)
