"""Predicts with the saved model: neither torch nor the training data is needed."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .config import Features
from .features import fit_length, log_mel
from .mlops import input_files
from .mlops.decision import Decision
from .mlops.decision import read as read_decision
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
    decision: Decision


def load(directory: Path = MODEL) -> Model:
    """Returns the model that a training saved."""
    session, facts = open_model(directory)
    features = Features(**facts["features"])
    return Model(session, facts["labels"], features, read_decision(directory))


def outputs(model: Model, clips: Sequence[Clip]) -> Outputs:
    """Returns probabilities of the keywords for clips of any length, shape (n, labels)."""
    spectrograms = to_spectrograms(model, clips)
    return run_network(model, spectrograms)


def to_spectrograms(model: Model, clips: Sequence[Clip]) -> NDArray[np.float32]:
    """Returns log-mel spectrograms (n, mels, frames)."""
    fitted = [fit_length(clip, model.features) for clip in clips]
    samples = np.stack(fitted)
    return log_mel(samples, model.features)


def run_network(model: Model, spectrograms: NDArray[np.float32]) -> Outputs:
    """Returns probabilities (n, labels)."""
    feeds = {"log_mel": spectrograms}
    probabilities: Outputs = model.session.run(None, feeds)[0]
    return probabilities


def predict(model: Model, clips: Sequence[Clip]) -> list[dict[str, Any]]:
    """Returns one prediction for each clip, ready for JSON."""
    found = outputs(model, clips)
    return [describe(model, row) for row in found]


def describe(model: Model, probabilities: NDArray[Any]) -> dict[str, Any]:
    """Returns the keyword that the threshold or the highest probability gives, and all of them."""
    best = int(model.decision.classify(probabilities))
    rounded = [round(value, 4) for value in probabilities.tolist()]
    prediction: dict[str, Any] = {"label": model.labels[best]}
    prediction["confidence"] = rounded[best]
    prediction["probabilities"] = dict(zip(model.labels, rounded, strict=True))
    return prediction


def read_inputs(model: Model, paths: Sequence[str]) -> list[tuple[str, Clip]]:
    """Returns the clips in audio files; UserError names each that cannot be read."""

    def read(name: str, path: Path) -> Clip:
        clip, problem = audio_files.read(path, model.features)
        if problem:
            raise UserError(f'"{name}" {problem}')
        return clip

    return input_files.read_all(paths, "Reading clips", read)


def signature(model: Model) -> Signature:
    """Returns that a clip of any length is needed, and the keywords."""
    clip = Field("clip", "audio", shape=(None,))
    label = Field("label", "category", allowed=tuple(model.labels))
    return Signature((clip,), (label,))


if __name__ == "__main__":
    from .mlops.commands.predict import main

    raise SystemExit(main())
