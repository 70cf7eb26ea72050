"""`python -m churn.evaluate`: the bundle on test; 1 below the floor."""

from collections.abc import Sequence
from typing import Any

from . import bundle, config, data, scores
from .kit import manifest, settings
from .train import MODEL, REPORTS, answer_all


def evaluate(config_: config.Config) -> dict[str, float]:
    """The figures of models/current on test, also written to reports/metrics.json."""
    items, model = data.load(config_).test, bundle.load(MODEL, config_.runtime)
    replies = answer_all(model, items, config_.runtime.parallel)
    figures = scores.summary(items, replies, config_.evaluate.max_words)
    manifest.save_json(REPORTS / "metrics.json", figures)
    return figures


def main(argv: Sequence[str] | None = None) -> int:
    """Evaluates, and compares the score with `evaluate.floor`."""

    def body(options: Any) -> int:
        config_ = config.load(options.config, options.overrides)
        score, floor = evaluate(config_)["score"], config_.evaluate.floor
        print(f"score {score:.4f}, floor {floor}: {'passed' if score >= floor else 'FAILED'}")
        return int(score < floor)

    return settings.command(__doc__, body, argv)


if __name__ == "__main__":
    raise SystemExit(main())
