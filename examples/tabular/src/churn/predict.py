"""`python -m churn.predict FILE`: an answer for each row."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import features
from . import model as models
from .config import load as load_config
from .mlops import settings
from .mlops.onnx_model import open_model

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Model:
    """model.onnx and the encoder in front of it: neither scikit-learn nor the data is needed."""

    session: Any
    encoder: features.Encoder
    target: str
    classes: list[str]


def load(directory: Path = Path("models/current")) -> Model:
    """The model that training saved."""
    (session, card), encoder = open_model(directory), directory / "encoder.json"
    return Model(session, features.load(encoder), card["target"], card["classes"])


def predict(model: Model, batch: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One answer for each row, given as column → value."""
    import pandas as pd

    said = answers(model, pd.DataFrame(list(batch)))
    if not model.classes:
        return [{model.target: round(float(value), 6)} for value in said]
    return [
        {
            model.target: model.classes[int(row.argmax())],
            "confidence": round(float(row.max()), 4),
            "chances": dict(zip(model.classes, row.astype(float).round(4).tolist(), strict=True)),
        }
        for row in said
    ]


def answers(model: Model, table: "pd.DataFrame") -> models.Array:
    """Chances, rows by classes, or values."""
    return models.run(model.session, model.encoder.encode(table))


def read(model: Model, file: Path) -> "pd.DataFrame":
    """The rows of a CSV or Parquet file, their columns as the model takes them."""
    import pandas as pd

    text = {name: str for name, kind in model.encoder.kinds.items() if kind != "number"}
    try:
        return pd.read_parquet(file) if file.suffix == ".parquet" else pd.read_csv(file, dtype=text)
    except Exception as error:
        reason = " ".join(str(error).split())[:200]
        raise settings.UserError(f'"{file}" is no table: {reason}') from None


def main(argv: Sequence[str] | None = None) -> int:
    """Prints an answer for each row; status 2 when the file is no such table."""

    def body(args: Any) -> None:
        load_config(args.config, args.overrides)  # a wrong setting is an error everywhere
        model = load()
        for answer in predict(model, read(model, args.file).to_dict("records")):
            print(json.dumps(answer, ensure_ascii=False))

    return settings.command(__doc__, body, argv, file={"type": Path, "metavar": "FILE"})


if __name__ == "__main__":
    raise SystemExit(main())
