"""`python -m nimble_package.evaluate`: the bundle on test; 1 below its floor."""

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from . import bundle, config, data, scores
from .mlops import manifest, settings
from .train import MODEL, REPORTS, answer_all


def evaluate(config_: config.Config) -> dict[str, float]:
    """The figures of models/current on test, also written to reports/metrics.json."""
    items, model = data.load(config_).test, bundle.load(MODEL, config_.runtime)
    replies = answer_all(model, items, config_.runtime.parallel)
    figures = scores.summary(items, replies, config_.evaluate.max_words)
    if evals := _more():
        figures |= evals.judge(config_, items, replies, model)
    manifest.save_json(REPORTS / "metrics.json", figures)
    return figures


def _more() -> Any:
    """The room `evals`, once the repository has it: more figures, and thresholds for them."""
    room = f"{__package__}.mlops.llm.evals"
    return import_module(room) if find_spec(room) else None


def main(argv: Sequence[str] | None = None) -> int:
    """Evaluates, and compares the score with `evaluate.floor`."""

    def body(options: Any) -> int:
        config_ = config.load(options.config, options.overrides)
        score, floor = evaluate(config_)["score"], config_.evaluate.floor
        print(f"score {score:.4f}, floor {floor}: {'passed' if score >= floor else 'FAILED'}")
        evals = _more()
        return int(score < floor) | (evals.verdict() if evals else 0)

    return settings.command(__doc__, body, argv)


if __name__ == "__main__":
    raise SystemExit(main())
