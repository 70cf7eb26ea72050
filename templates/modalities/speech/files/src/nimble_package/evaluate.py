"""`python -m nimble_package.evaluate`: score the model on new speakers."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from . import data, predict
from .audio import log_mel
from .config import Config, Features
from .config import load as load_config
from .mlops import manifest, scores, settings


def judge(
    answer: Callable[[Any], Any], clips: data.Clips, splits: data.Splits, how: Features
) -> dict[str, float]:
    """Figures of `answer` (features -> chances) on `clips` and on the held-out family."""
    found = scores.classify(clips.labels, answer(log_mel(clips.sound, how)), splits.labels)
    if len(truth := splits.held_out.labels):
        guess = answer(log_mel(splits.held_out.sound, how)).argmax(1)
        held_out = {"held_out_accuracy": float((guess == truth).mean())}
        return {"accuracy": found["accuracy"]} | held_out | found
    return found


def evaluate(config: Config) -> dict[str, float]:
    """Figures on the test speakers, written to reports/metrics.json."""
    model, splits = predict.load(), data.load(config)
    if model.labels != splits.labels:
        known, needed = ", ".join(model.labels), ", ".join(splits.labels)
        raise settings.UserError(f'"models/current" knows {known}; the data has {needed}: train it')
    metrics = judge(model, splits.test, splits, model.features)
    manifest.save_json(Path("reports/metrics.json"), metrics)
    return metrics


def main(argv: Sequence[str] | None = None) -> int:
    """Exit status 1 when the accuracy on test speakers is below `evaluate.floor`."""

    def body(args: Any) -> int:
        config = load_config(args.config, args.overrides)
        return manifest.verdict(evaluate(config), "accuracy", config.evaluate.floor)

    return settings.command(__doc__, body, argv)


if __name__ == "__main__":
    raise SystemExit(main())
