"""`poe evaluate`: evaluates the saved model on the test split."""

import logging
import math
from collections.abc import Mapping, Sequence

from .. import runs
from ..errors import UserError
from ..evaluation import run_evaluation, score_baselines
from ..files import load_json, save_json
from ..hook_points import Command
from ..project import MODEL, REPORTS, ProjectConfig
from ..run_manifest import hash_artifacts
from ..verdict import Verdict
from . import with_hooks

log = logging.getLogger(__name__)
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
    _track(command.config, metrics)
    for name, value in metrics.items():
        print(f"{name:20} {value:.4f}")
    score = metrics[primary]
    minimum = command.config.evaluate.min_score
    reached = score >= minimum
    comparison = "reaches" if reached else "is below"
    print(f"{primary} {score:.4f} {comparison} evaluate.min_score {minimum}")
    print(Verdict(primary, score, baselines))
    return 0 if reached else 1


def _track(config: ProjectConfig, metrics: Mapping[str, float]) -> None:
    """Adds the metrics to the run that trained this model, where the tracker is at hand."""
    path = REPORTS / "manifest.json"
    if not config.runtime.track or not path.is_file():
        return
    manifest = load_json(path)
    is_same_model = manifest["artifacts"] == hash_artifacts({MODEL: MODEL})
    if manifest["run_id"] is None or not is_same_model:
        return
    named = {f"test.{name}": value for name, value in metrics.items()}
    try:
        runs.add_results(manifest["run_id"], named)
    except UserError as error:
        log.warning("The tracker does not get the metrics of the test split: %s", error)
    except ModuleNotFoundError:
        log.info("The tracker is not installed here, so it does not get these metrics.")


if __name__ == "__main__":
    raise SystemExit(main())
