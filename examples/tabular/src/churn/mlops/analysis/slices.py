"""`poe slices`: the score of the saved model on each slice of the test split."""

import math
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from ...adapters.analysis import ADAPTER
from ...project import PROJECT
from ..command_line import run
from ..evaluation import evaluate_examples, run_evaluation
from ..files import save_json
from ..hooks import HOOKS
from ..project import MODEL, REPORTS, Evaluation
from . import other_source, plots, settings
from .child_run import log_child_run
from .settings import AnalysisSettings, Group
from .slicing import Gap, SliceScore, measure_gap, score_slices

DESCRIPTION = "Evaluate the saved model on each slice that analysis.yaml names."
FOLDER = REPORTS / "slices"


def main(argv: Sequence[str] | None = None) -> int:
    """Prints the slices; status 1 when one is below its min_score or the gap is too large."""
    return run("slices", DESCRIPTION, analyse_slices, argv)


def analyse_slices(arguments: Namespace) -> int:
    """Evaluates the saved model and writes reports/slices."""
    config = PROJECT.load_config(arguments.config, arguments.overrides)
    evaluation = evaluate(config)
    wanted = other_source.adapt(settings.read(), config, evaluation.slices)
    return report_slices(config, evaluation, wanted)


def evaluate(config: Any) -> Evaluation:
    """Returns the evaluation on the examples that the adapter chooses, or on the test split."""
    if ADAPTER.examples is None:
        return run_evaluation(config, MODEL)
    for before_evaluation in HOOKS.before_evaluation:
        before_evaluation(config)
    return evaluate_examples(config, MODEL, ADAPTER.examples(config))


def report_slices(config: Any, evaluation: Evaluation, wanted: AnalysisSettings) -> int:
    """Prints, saves and logs the slices; returns 1 when one fails or the gap is too large."""
    metric = evaluation.primary_metric
    score = evaluation.metrics[metric]
    slices = score_slices(evaluation, wanted)
    gap = measure_gap(evaluation, wanted)
    print(format_slices(slices, metric, score))
    below = [part for part in slices if part.is_below]
    if below:
        print(f"\n{len(below)} of {len(slices)} slices are below their min_score")
    defined = [part for part in slices if not math.isnan(part.score)]
    metrics = {f"slice.{part.column}.{part.value}": part.score for part in defined}
    too_large = False
    if gap:
        too_large = gap.size > wanted.group.max_gap
        print(format_gap(gap, wanted.group))
        metrics[f"gap.{wanted.group.column}"] = gap.size
    save_report(metric, score, slices, gap, wanted.group)
    plots.plot_slices(FOLDER / "slices.png", slices, metric, score)
    log_child_run(config, metrics, FOLDER)
    return 1 if below or too_large else 0


def format_slices(slices: Sequence[SliceScore], metric: str, score: float) -> str:
    """Returns a line for all examples and one for each slice."""
    width = max(len(part.name) for part in slices)
    lines = [f"{'':{width}}  examples  {metric}", f"{'all':{width}}  {'':8}  {score:.4f}"]
    for part in slices:
        numbers = f"{part.samples:8}  {part.score:.4f} ± {part.standard_error:.4f}"
        lines.append(f"{part.name:{width}}  {numbers}  {format_limit(part)}")
    return "\n".join(lines)


def format_limit(part: SliceScore) -> str:
    """Returns how the score compares with its minimum."""
    if math.isnan(part.score):
        return "undefined: a class is missing"
    if part.min_score is None:
        return "too few examples"
    return f"min_score {part.min_score:g}{'  BELOW' if part.is_below else ''}"


def format_gap(gap: Gap, group: Group) -> str:
    """Returns how the gap compares with its maximum."""
    verdict = "MORE THAN" if gap.size > group.max_gap else "within"
    limit = f"{verdict} group.max_gap {group.max_gap:g}"
    return f"\ngap of {group.column}: {gap.size:.4f} ({gap.description}), {limit}"


def save_report(
    metric: str, score: float, slices: Sequence[SliceScore], gap: Gap | None, group: Group
) -> None:
    """Writes reports/slices/slices.json."""
    rows = [{**asdict(part), "below": part.is_below} for part in slices]
    for row in rows:
        for key, value in row.items():
            if value != value:  # JSON has no NaN
                row[key] = None
    found = {**asdict(group), "gap": gap.size} if gap else None
    report = {"metric": metric, "score": score, "slices": rows, "group": found}
    save_json(FOLDER / "slices.json", report)


if __name__ == "__main__":
    raise SystemExit(main())
