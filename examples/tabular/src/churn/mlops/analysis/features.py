"""`poe features`: what each feature contributes, and what time and space a model takes."""

import time
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from statistics import median
from typing import Any

from ...adapters.analysis import ADAPTER
from ...project import PROJECT
from ..command_line import run
from ..evaluation import run_evaluation
from ..files import save_json
from ..progress import track
from ..project import MODEL, PREPARED, REPORTS
from . import plots, settings
from .child_run import log_child_run
from .importance import Importance, measure_importance
from .settings import Budget

DESCRIPTION = "Measure what each feature contributes, and the cost of steps and predictions."
FOLDER = REPORTS / "features"
MAX_LINES = 50  # that are printed of a table with more features


def main(argv: Sequence[str] | None = None) -> int:
    """Prints importance and cost; status 1 when `budget` of analysis.yaml is exceeded."""
    return run("features", DESCRIPTION, analyse_features, argv)


def analyse_features(arguments: Namespace) -> int:
    """Measures the saved model and writes reports/features."""
    config = PROJECT.load_config(arguments.config, arguments.overrides)
    wanted = settings.read()
    metric = run_evaluation(config, MODEL).primary_metric
    model = PROJECT.load_model(MODEL)
    examples = PROJECT.load(config, PREPARED).test
    importance = measure_importance(config, model, examples, wanted.repeats)
    step_times = time_steps(model, PROJECT.inputs(examples), wanted.repeats)
    cost = measure_cost(config, model, wanted.repeats)
    print(format_importance(importance, metric))
    print(format_steps(step_times))
    print(format_cost(cost, wanted.budget))
    save_report(metric, importance, step_times, cost)
    if importance:
        plots.plot_importance(FOLDER / "importance.png", importance, metric)
    metrics = {f"importance.{name}": found.mean for name, found in importance.items()}
    for name, milliseconds in step_times.items():
        metrics[f"ms_per_1000.{name}"] = milliseconds
    log_child_run(config, {**metrics, **cost}, FOLDER)
    return 1 if list_exceeded(cost, wanted.budget) else 0


def time_steps(model: Any, inputs: Sequence[Any], repeats: int) -> dict[str, float]:
    """Returns the milliseconds of each step for a thousand inputs."""
    timed = inputs[: ADAPTER.timed_inputs]
    thousands = len(timed) / 1000
    steps = ADAPTER.steps(model, timed)
    return {
        name: time_call(steps[name], repeats) / thousands
        for name in track(list(steps), "Measuring the time of each step")
    }


def measure_cost(config: Any, model: Any, repeats: int) -> dict[str, float]:
    """Returns the milliseconds of one prediction and the megabytes of the saved model."""
    one = PROJECT.sample(config, 1)
    sizes = [path.stat().st_size for path in MODEL.rglob("*") if path.is_file()]
    return {
        "latency_ms": time_call(lambda: PROJECT.predict(model, one), repeats),
        "model_mb": sum(sizes) / 1e6,
    }


def time_call(call: Callable[[], object], repeats: int) -> float:
    """Returns the median of the measured times in milliseconds, after one call to warm up."""
    call()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        times.append(1000 * (time.perf_counter() - start))
    return median(times)


def list_exceeded(cost: Mapping[str, float], budget: Budget) -> list[str]:
    """Returns which parts of the budget are exceeded."""
    limits = asdict(budget)
    return [name for name, limit in limits.items() if cost[name] > limit]


def format_importance(importance: Mapping[str, Importance], metric: str) -> str:
    """Returns one line for each feature."""
    if not importance:
        return "adapters/analysis.py names no features"
    width = max(len(name) for name in importance)
    lines = [f"{'':{width}}  how much {metric} drops when the feature is shuffled"]
    for name, found in list(importance.items())[:MAX_LINES]:
        comment = "  no more than chance" if found.is_noise else ""
        lines.append(f"{name:{width}}  {found.mean:+.4f} ± {found.std:.4f}{comment}")
    return "\n".join([*lines, *count_rest(importance)])


def format_steps(step_times: Mapping[str, float]) -> str:
    """Returns one line for each step."""
    width = max(len(name) for name in step_times)
    lines = [f"\n{'':{width}}  ms for 1,000 inputs"]
    slowest = sorted(step_times, key=lambda name: -step_times[name])[:MAX_LINES]
    for name, milliseconds in step_times.items():
        if name in slowest:
            lines.append(f"{name:{width}}  {milliseconds:10.2f}")
    return "\n".join([*lines, *count_rest(step_times)])


def count_rest(found: Mapping[str, object]) -> list[str]:
    """Returns a line that says where the rest is, if there are more than are printed."""
    rest = len(found) - MAX_LINES
    return [f"and {rest:,} more in {FOLDER.as_posix()}/features.json"] if rest > 0 else []


def format_cost(cost: Mapping[str, float], budget: Budget) -> str:
    """Returns how each cost compares with its limit."""
    exceeded = list_exceeded(cost, budget)
    lines = [""]
    for name, limit in asdict(budget).items():
        verdict = "MORE THAN" if name in exceeded else "within"
        lines.append(f"{name} {cost[name]:.2f}: {verdict} budget.{name} {limit:g}")
    return "\n".join(lines)


def save_report(
    metric: str,
    importance: Mapping[str, Importance],
    step_times: Mapping[str, float],
    cost: Mapping[str, float],
) -> None:
    """Writes reports/features/features.json."""
    rows = {name: asdict(found) for name, found in importance.items()}
    report = {"metric": metric, "importance": rows, "ms_per_1000": step_times, **cost}
    save_json(FOLDER / "features.json", report)


if __name__ == "__main__":
    raise SystemExit(main())
