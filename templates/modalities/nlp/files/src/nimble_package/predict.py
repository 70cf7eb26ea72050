"""Predicts with the saved model: neither torch nor the training data is needed."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import config as project_config
from .features import hash_text, pad
from .mlops.decision import Decision
from .mlops.decision import read as read_decision
from .mlops.nlp import text_files
from .mlops.onnx_model import open_model
from .mlops.project import MODEL, Field, Signature

Outputs = NDArray[np.float32]  # probabilities (n, classes)
BATCH = 64


@dataclass(frozen=True)
class Model:
    """model.onnx, and the settings by which text becomes its input."""

    session: Any
    classes: list[str]
    settings: project_config.Model
    decision: Decision


def load(directory: Path = MODEL) -> Model:
    """Returns the model that a training saved."""
    session, facts = open_model(directory)
    settings = project_config.Model(**facts["model"])
    return Model(session, facts["classes"], settings, read_decision(directory))


def outputs(model: Model, texts: Sequence[str]) -> Outputs:
    """Returns probabilities of the classes, shape (n, classes)."""
    parts = []
    for start in range(0, len(texts), BATCH):
        batch = texts[start : start + BATCH]
        rows = [hash_text(text, model.settings) for text in batch]
        ids = pad(rows)
        probabilities = model.session.run(None, {"ids": ids})[0]
        parts.append(probabilities)
    return np.concatenate(parts)


def predict(model: Model, texts: Sequence[str]) -> list[dict[str, Any]]:
    """Returns one prediction for each text, ready for JSON."""
    found = outputs(model, texts)
    return [describe(model, row) for row in found]


def describe(model: Model, probabilities: NDArray[Any]) -> dict[str, Any]:
    """Returns the label that the threshold or the highest probability gives, and all of them."""
    best = int(model.decision.classify(probabilities))
    rounded = [round(float(value), 4) for value in probabilities]
    label = model.classes[best]
    named = dict(zip(model.classes, rounded, strict=True))
    return {"label": label, "confidence": rounded[best], "probabilities": named}


def read_inputs(_: Model, inputs: Sequence[str]) -> list[tuple[str, str]]:
    """Returns texts as they are, and the texts of .csv, .tsv and .jsonl files."""
    column = project_config.load().data.text
    texts = []
    for entry in inputs:
        texts.extend(text_files.read_entry(entry, column))
    return [(text, text) for text in texts]


def signature(model: Model) -> Signature:
    """Returns that a text is needed, and the labels."""
    text = Field("text", "text")
    label = Field("label", "category", allowed=tuple(model.classes))
    return Signature((text,), (label,))


if __name__ == "__main__":
    from .mlops.commands.predict import main

    raise SystemExit(main())
