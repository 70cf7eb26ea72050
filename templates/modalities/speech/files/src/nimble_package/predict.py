"""`python -m nimble_package.predict FILE...`: the keyword in each file."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import audio
from .config import Features
from .config import load as load_config
from .mlops import settings
from .mlops.onnx_model import open_model


@dataclass(frozen=True)
class Model:
    """model.onnx (log-mel in, logits out): neither torch nor the training data is needed."""

    session: Any
    labels: list[str]
    features: Features

    def __call__(self, features: NDArray[np.float32]) -> NDArray[Any]:
        """Log-mel (n, mels, frames) -> chances (n, labels)."""
        logits = self.session.run(None, {"log_mel": features})[0]
        grown = np.exp(logits - logits.max(1, keepdims=True))
        return np.asarray(grown / grown.sum(1, keepdims=True))


def load(directory: Path = Path("models/current")) -> Model:
    """The model that training saved."""
    session, card = open_model(directory)
    return Model(session, card["labels"], Features(**card["features"]))


def predict(model: Model, batch: Sequence[Any]) -> list[dict[str, Any]]:
    """One answer per clip: samples in -1..1 at `model.features.rate`, however many."""
    clips = [audio.fit(np.asarray(clip, np.float32), model.features) for clip in batch]
    return [
        {
            "label": model.labels[int(row.argmax())],
            "confidence": round(float(row.max()), 4),
            "chances": dict(zip(model.labels, row.round(4).tolist(), strict=True)),
        }
        for row in model(audio.log_mel(np.stack(clips), model.features)).astype(np.float64)
    ]


def main(argv: Sequence[str] | None = None) -> int:
    """Prints an answer for each file; status 2 when one of them has a fault."""

    def body(args: Any) -> None:
        load_config(args.config, args.overrides)
        model = load()
        for file in args.files:
            clip, fault = audio.read(file, model.features)
            if fault:
                raise settings.UserError(f'"{file}" {fault}')
            answer = {"file": file.as_posix(), **predict(model, [clip])[0]}
            print(json.dumps(answer, ensure_ascii=False))

    return settings.command(__doc__, body, argv, files={"nargs": "+", "type": Path})


if __name__ == "__main__":
    raise SystemExit(main())
