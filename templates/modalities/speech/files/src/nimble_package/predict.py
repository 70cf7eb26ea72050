"""Predicts with the saved model: neither torch nor the training data is needed."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .config import Features
from .features import fit_length, log_mel
from .mlops.errors import UserError
from .mlops.onnx_model import open_model
from .mlops.project import MODEL, Field, Signature
from .mlops.speech import audio_files

Clip = NDArray[np.float32]  # samples in -1..1 at the sample rate of the model
Outputs = NDArray[np.float32]  # probabilities (n, labels)


@dataclass(frozen=True)
class Model:
    """model.onnx, and the settings by which audio becomes its input."""

    session: Any
    labels: list[str]
    features: Features


def load(directory: Path = MODEL) -> Model:
    """Returns the model that a training saved."""
    session, facts = open_model(directory)
    features = Features(**facts["features"])
    return Model(session, facts["labels"], features)


def outputs(model: Model, clips: Sequence[Clip]) -> Outputs:
    """Returns probabilities of the keywords for clips of any length, shape (n, labels)."""
    fitted = []
    for clip in clips:
        samples = np.asarray(clip, np.float32)
        fitted.append(fit_length(samples, model.features))
    spectrograms = log_mel(np.stack(fitted), model.features)
    probabilities: Outputs = model.session.run(None, {"log_mel": spectrograms})[0]
    return probabilities


def predict(model: Model, clips: Sequence[Clip]) -> list[dict[str, Any]]:
    """Returns one prediction for each clip, ready for JSON."""
    found = outputs(model, clips)
    return [describe(model, row) for row in found]


def describe(model: Model, probabilities: NDArray[Any]) -> dict[str, Any]:
    """Returns the keyword with the highest probability, and the probabilities of all."""
    best = int(probabilities.argmax())
    rounded = [round(float(value), 4) for value in probabilities]
    return {
        "label": model.labels[best],
        "confidence": rounded[best],
        "probabilities": dict(zip(model.labels, rounded, strict=True)),
    }


def read_inputs(model: Model, paths: Sequence[str]) -> list[tuple[str, Clip]]:
    """Returns the clips in audio files."""
    clips = []
    for name in paths:
        samples, problem = audio_files.read(Path(name), model.features)
        if problem:
            raise UserError(f'"{name}" {problem}')
        clips.append((name, samples.astype(np.float32)))
    return clips


def signature(model: Model) -> Signature:
    """Returns that a clip of any length is needed, and the keywords."""
    clip = Field("clip", "audio", shape=(None,))
    label = Field("label", "category", allowed=tuple(model.labels))
    return Signature((clip,), (label,))


if __name__ == "__main__":
    from .mlops.commands.predict import main

    raise SystemExit(main())
