"""`python -m nimble_package.predict FILE...`: the label of each image."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import images
from .config import Data
from .config import load as load_config
from .mlops import settings
from .mlops.onnx_model import open_model


@dataclass(frozen=True)
class Model:
    """model.onnx with its preprocessing inside: neither torch nor the training data is needed."""

    session: Any
    classes: list[str]
    shape: Data  # of the images it takes


def load(directory: Path = Path("models/current")) -> Model:
    """The model that training saved."""
    session, card = open_model(directory)
    return Model(session, card["classes"], Data(**card["data"]))


def predict(model: Model, batch: NDArray[np.uint8]) -> list[dict[str, Any]]:
    """One answer per image (n, height, width, channels)."""
    return [
        {
            "label": model.classes[int(row.argmax())],
            "confidence": round(float(row.max()), 4),
            "chances": dict(zip(model.classes, row.astype(float).round(4).tolist(), strict=True)),
        }
        for row in chances(model, batch)
    ]


def chances(model: Model, batch: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The probability of each class, one row per image."""
    found: NDArray[np.float32] = model.session.run(None, {"images": batch})[0]
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """Prints an answer for each file; status 2 when one of them is no such image."""

    def body(args: Any) -> None:
        load_config(args.config, args.overrides)  # a wrong setting is an error everywhere
        model = load()
        batch = [images.read(str(file), file, model.shape) for file in args.files]
        for file, answer in zip(args.files, predict(model, np.stack(batch)), strict=True):
            print(json.dumps({"file": file.as_posix(), **answer}, ensure_ascii=False))

    return settings.command(__doc__, body, argv, files={"nargs": "+", "type": Path})


if __name__ == "__main__":
    raise SystemExit(main())
