"""`python -m nimble_package.evaluate`: score the saved model on the test texts."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import config as conf
from . import data, predict
from .mlops import manifest, scores, settings


def evaluate(config: conf.Config) -> dict[str, float]:
    """Figures of models/current on texts that training never saw."""
    splits, model = data.load(config), predict.load()
    if splits.classes != model.classes:
        raise settings.UserError('"models/current" has other labels: run "uv run poe train" first')
    texts, truth = splits.part("test")
    figures = scores.classify(truth, predict.chances(model, texts), splits.classes)
    manifest.save_json(Path("reports/metrics.json"), figures)
    return figures


def main(argv: Sequence[str] | None = None) -> int:
    """Status 1 when the accuracy is below `evaluate.floor`."""

    def body(args: Any) -> int:
        config = conf.load(args.config, args.overrides)
        return manifest.verdict(evaluate(config), "accuracy", config.evaluate.floor)

    return settings.command(__doc__, body, argv)


if __name__ == "__main__":
    raise SystemExit(main())
