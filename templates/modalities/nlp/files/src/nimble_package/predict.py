"""`python -m nimble_package.predict TEXT or FILE...`: the label of each text."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import config as conf
from . import data
from .features import hash_text, pad
from .mlops import settings
from .mlops.onnx_model import open_model


@dataclass(frozen=True)
class Model:
    """model.onnx and how text becomes its input; needs neither torch nor the training data."""

    session: Any
    classes: list[str]
    how: conf.Model


def load(directory: Path = Path("models/current")) -> Model:
    """The model that training saved."""
    session, card = open_model(directory)
    return Model(session, card["classes"], conf.Model(**card["model"]))


def chances(model: Model, texts: Sequence[str]) -> NDArray[np.float32]:
    """The probability of each class for each text."""
    rows = [hash_text(text, model.how) for text in texts]
    parts = [pad(rows[start : start + 64]) for start in range(0, len(rows), 64)]
    return np.concatenate([model.session.run(None, {"ids": part})[0] for part in parts])


def predict(model: Model, batch: Sequence[str]) -> list[dict[str, Any]]:
    """One answer per text."""
    return [
        {
            "label": model.classes[int(row.argmax())],
            "confidence": round(float(row.max()), 4),
            "chances": dict(zip(model.classes, row.astype(float).round(4).tolist(), strict=True)),
        }
        for row in chances(model, batch)
    ]


def main(argv: Sequence[str] | None = None) -> int:
    """Prints an answer for each text; a .csv, .tsv or .jsonl file holds many."""

    def body(args: Any) -> None:
        config, model, texts = conf.load(args.config, args.overrides), load(), list[str]()
        for entry in args.inputs:
            if entry.endswith(data.FILES):
                rows = data.read_file(Path(entry))
                texts += [data.pick(where, cells, config.data.text) for where, cells in rows]
            else:
                texts.append(entry)
        for text, answer in zip(texts, predict(model, texts), strict=True):
            print(json.dumps({"text": text, **answer}, ensure_ascii=False))

    return settings.command(__doc__, body, argv, inputs={"nargs": "+", "metavar": "TEXT or FILE"})


if __name__ == "__main__":
    raise SystemExit(main())
