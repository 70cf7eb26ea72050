"""`poe evaluate`: evaluates the saved model on the test split."""

import math
from collections.abc import Sequence

from ..evaluation import run_evaluation, score_baselines
from ..files import save_json
from ..hook_points import Command
from ..project import MODEL, REPORTS
from ..verdict import Verdict
from . import with_hooks

DESCRIPTION = "Evaluate the saved model on the test split."


def main(argv: Sequence[str] | None = None) -> int:
    """Prints the metrics; status 1 when the primary metric is below evaluate.min_score."""
    return with_hooks.run("evaluate", DESCRIPTION, evaluate, argv)


def evaluate(command: Command) -> int:
    """Writes reports/metrics.json and compares the primary metric with its minimum."""
    evaluation = run_evaluation(command.config, MODEL)
    baselines = score_baselines(command.config, MODEL)
    primary = evaluation.primary_metric
    metrics = dict(evaluation.metrics)
    for name, found in baselines.items():
        if not math.isnan(found.score):
            metrics[f"{name}.{primary}"] = found.score
    save_json(REPORTS / "metrics.json", metrics)
    for name, value in metrics.items():
        print(f"{name:20} {value:.4f}")
    score = metrics[primary]
    minimum = command.config.evaluate.min_score
    reached = score >= minimum
    comparison = "reaches" if reached else "is below"
    print(f"{primary} {score:.4f} {comparison} evaluate.min_score {minimum}")
    print(Verdict(primary, score, baselines))
    return 0 if reached else 1


if __name__ == "__main__":
    raise SystemExit(main())
