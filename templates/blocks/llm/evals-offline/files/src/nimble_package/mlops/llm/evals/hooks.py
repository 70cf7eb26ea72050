"""Adds metrics to every evaluation, and lets `poe evaluate` fail below a threshold."""

from statistics import fmean
from typing import Any

from ....project import PROJECT
from ...hook_points import Command
from ...project import MODEL, Evaluation
from ..providers import call_log
from . import settings as eval_settings
from . import thresholds
from .graders import Grader
from .scorers import Reply, score_replies
from .settings import THRESHOLDS, Bounds
from .statistics import percentile


def measure_answers(config: Any, evaluation: Evaluation) -> dict[str, float]:
    """Returns the means of scorers and graders; reports/evals.json has them with thresholds."""
    items = list(evaluation.y_true)
    replies = list(evaluation.outputs)
    latency = percentile(read_latencies(len(replies)), 95)  # before the graders make calls
    settings = eval_settings.read()
    bounds = dict(settings.metrics)
    added = score_replies(items, replies, config.evaluate.max_words)
    cost = 0.0
    for name, grader_settings in settings.graders.items():
        grader = Grader(name, grader_settings, config.runtime)
        if grader_settings.min is not None:
            grader.refuse_unproven()
        bounds[name] = Bounds(min=grader_settings.min)
        added[name], spent = grade_replies(grader, replies)
        cost += spent
    # No two runs share a latency, so it is in the report and not among the metrics.
    known = {**evaluation.metrics, **added, "latency_p95_s": latency}
    checks = thresholds.check(known, bounds)
    thresholds.save(known, checks, cost)
    return added


def grade_replies(grader: Grader, replies: list[Reply]) -> tuple[float, float]:
    """Returns the share of good answers among those that were not declined, and the cost."""
    model = PROJECT.load_model(MODEL)
    verdicts = []
    cost = 0.0
    for reply in replies:
        if not reply["answered"]:
            continue
        question = reply["question"]
        passages = model.retriever.search(question, model.bundle.top_k)
        is_good, spent = grader.grade(question, passages, reply["answer"])
        verdicts.append(is_good)
        cost += spent
    return fmean(verdicts or [0.0]), cost


def read_latencies(count: int) -> list[float]:
    """Returns the seconds of the last questions in the log of calls, retries included."""
    if not call_log.LOG.is_file():
        return []
    lines = call_log.read(call_log.LOG)
    seconds = [line["elapsed_s"] for line in lines if line.get("last")]
    return seconds[-count:]


def enforce_thresholds(command: Command, status: int) -> int:
    """Prints the thresholds after `poe evaluate`; returns 1 when one is missed."""
    if command.name != "evaluate":
        return status
    checks = thresholds.load()
    if not checks:
        path = THRESHOLDS.as_posix()
        print(f'"{path}" has no thresholds: only evaluate.min_score is demanded')
    for check in checks:
        print(check)
    is_missed = any(not check.kept for check in checks)
    return 1 if is_missed else status
