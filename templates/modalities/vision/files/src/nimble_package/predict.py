"""Predicts with the saved model: neither torch nor the training data is needed."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .config import Data
from .mlops import input_files
from .mlops.decision import Decision
from .mlops.decision import read as read_decision
from .mlops.onnx_model import open_model
from .mlops.project import MODEL, Field, Signature
from .mlops.vision import image_files

Pixels = NDArray[np.uint8]  # one image (height, width, channels)
Outputs = NDArray[np.float32]  # probabilities (n, classes)


@dataclass(frozen=True)
class Model:
    """model.onnx, which normalises images itself, and model.json."""

    session: Any
    classes: list[str]
    data: Data  # the shape of the images
    decision: Decision


def load(directory: Path = MODEL) -> Model:
    """Returns the model that a training saved."""
    session, facts = open_model(directory)
    shape = Data(**facts["data"])
    return Model(session, facts["classes"], shape, read_decision(directory))


def outputs(model: Model, images: Sequence[Pixels]) -> Outputs:
    """Returns probabilities of the classes, shape (n, classes)."""
    batch = np.stack(images)
    probabilities: Outputs = model.session.run(None, {"images": batch})[0]
    return probabilities


def predict(model: Model, images: Sequence[Pixels]) -> list[dict[str, Any]]:
    """Returns one prediction for each image, ready for JSON."""
    found = outputs(model, images)
    return [describe(model, row) for row in found]


def describe(model: Model, probabilities: NDArray[Any]) -> dict[str, Any]:
    """Returns the label that the threshold or the highest probability gives, and all of them."""
    best = int(model.decision.classify(probabilities))
    rounded = [round(float(value), 4) for value in probabilities]
    label = model.classes[best]
    named = dict(zip(model.classes, rounded, strict=True))
    return {"label": label, "confidence": rounded[best], "probabilities": named}


def read_inputs(model: Model, paths: Sequence[str]) -> list[tuple[str, Pixels]]:
    """Returns the images in PNG or JPEG files; UserError names each that cannot be read."""

    def read(name: str, path: Path) -> Pixels:
        return image_files.read(name, path, model.data)

    return input_files.read_all(paths, "Reading images", read)


def signature(model: Model) -> Signature:
    """Returns the shape of an image, and the labels."""
    height, width = model.data.size
    shape = (height, width, model.data.channels)
    image = Field("image", "image", shape=shape)
    label = Field("label", "category", allowed=tuple(model.classes))
    return Signature((image,), (label,))


if __name__ == "__main__":
    from .mlops.commands.predict import main

    raise SystemExit(main())
