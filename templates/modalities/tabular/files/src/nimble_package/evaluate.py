"""`python -m nimble_package.evaluate`: score the saved model on unseen rows."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import data, judge, predict
from .config import Config
from .config import load as load_config
from .mlops import manifest, settings


def evaluate(config: Config) -> dict[str, float]:
    """Figures on the test rows, written to reports/metrics.json."""
    model, splits = predict.load(), data.load(config)
    if (model.target, model.classes) != (splits.target, splits.classes):
        raise settings.UserError(
            f'"models/current" predicts "{model.target}" {model.classes}, the data has '
            f'"{splits.target}" {splits.classes}: train it again'
        )
    said = predict.answers(model, splits.test)
    metrics = judge.figures(splits, judge.truth(splits, splits.test), said, each=True)
    manifest.save_json(Path("reports/metrics.json"), metrics)
    return metrics


def main(argv: Sequence[str] | None = None) -> int:
    """Exit status 1 when accuracy or R² is below `evaluate.floor`."""

    def body(args: Any) -> int:
        config = load_config(args.config, args.overrides)
        main_figure, floor = judge.MAIN[config.task], config.evaluate.floor
        return manifest.verdict(evaluate(config), main_figure, floor)

    return settings.command(__doc__, body, argv)


if __name__ == "__main__":
    raise SystemExit(main())
