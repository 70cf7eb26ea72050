"""`python -m nimble_package.evaluate`: score the model on unseen images."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import data, predict
from .config import Config
from .config import load as load_config
from .mlops import manifest, scores, settings


def evaluate(config: Config) -> dict[str, float]:
    """Figures on the test images, written to reports/metrics.json."""
    model, splits = predict.load(), data.load(config)
    if model.classes != splits.classes:
        raise settings.UserError(
            f'"models/current" knows {model.classes}, the data {splits.classes}: train it again'
        )
    chances = predict.chances(model, splits.test.images)
    metrics = scores.classify(splits.test.labels, chances, splits.classes)
    manifest.save_json(Path("reports/metrics.json"), metrics)
    return metrics


def main(argv: Sequence[str] | None = None) -> int:
    """Exit status 1 when the accuracy is below `evaluate.floor`."""

    def body(args: Any) -> int:
        config = load_config(args.config, args.overrides)
        return manifest.verdict(evaluate(config), "accuracy", config.evaluate.floor)

    return settings.command(__doc__, body, argv)


if __name__ == "__main__":
    raise SystemExit(main())
