"""`poe evaluate`: evaluates the saved model on the test split."""

from collections.abc import Sequence

from ..evaluation import run_evaluation
from ..files import save_json
from ..hook_points import Command
from ..project import MODEL, REPORTS
from . import with_hooks

DESCRIPTION = "Evaluate the saved model on the test split."


def main(argv: Sequence[str] | None = None) -> int:
    """Prints the metrics; status 1 when the primary metric is below evaluate.min_score."""
    return with_hooks.run("evaluate", DESCRIPTION, evaluate, argv)


def evaluate(command: Command) -> int:
    """Writes reports/metrics.json and compares the primary metric with its minimum."""
    evaluation = run_evaluation(command.config, MODEL)
    save_json(REPORTS / "metrics.json", dict(evaluation.metrics))
    for name, value in evaluation.metrics.items():
        print(f"{name:20} {value:.4f}")
    score = evaluation.metrics[evaluation.primary_metric]
    minimum = command.config.evaluate.min_score
    if score < minimum:
        print(f"{evaluation.primary_metric} {score:.4f} is below evaluate.min_score {minimum}")
        return 1
    print(f"{evaluation.primary_metric} {score:.4f} reaches evaluate.min_score {minimum}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
