"""Chooses the bundle with the best score on dev, and evaluates it on test."""

import itertools
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import bundle, data, metrics
from .bundle import Bundle, ask_all
from .config import Config
from .mlops.errors import UserError
from .mlops.files import save_json
from .mlops.llm.providers.call_log import LOG
from .mlops.llm.providers.calls import Calls
from .mlops.llm.retrieval import cut_passages, find_retriever
from .mlops.project import TrainingPaths, TrainResult

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Trial:
    """A bundle and its metrics on dev."""

    bundle: Bundle
    metrics: dict[str, float]


def train(config: Config, paths: TrainingPaths, resume: bool = False) -> TrainResult:
    """Tries every bundle on dev, keeps the best, and evaluates it and the baseline on test."""
    from . import plots

    if resume:
        log.info("There are no checkpoints: every bundle is tried again.")
    splits = data.load(config)
    LOG.parent.mkdir(parents=True, exist_ok=True)
    LOG.write_bytes(b"")
    trials = try_bundles(config, splits.train)
    limit = config.train.max_cost_per_1k
    best = choose(trials, limit)
    bundle.save(best.bundle, paths.model)
    model = bundle.load(paths.model, config.runtime)
    items, max_words = splits.test.items, config.evaluate.max_words
    questions = data.inputs(splits.test)
    replies = ask_all(model, questions, config.runtime.parallel)
    baseline = bundle.Extractive(model.retriever)
    baseline_replies = ask_all(baseline, questions, parallel=1)
    found = add_prefix("model", metrics.summarise_replies(items, replies, max_words))
    found |= add_prefix("baseline", metrics.summarise_replies(items, baseline_replies, max_words))
    found |= add_prefix("dev", best.metrics)
    rows = [describe(trial) for trial in trials]
    table = paths.reports / "bundles.json"
    save_json(table, rows)
    plots.plot_bundles(paths.plots / "bundles.png", rows, str(best.bundle), limit)
    plots.write_table(paths.plots / "questions.html", items, replies, max_words)
    log.info("%d bundles tried on dev, chosen: %s", len(trials), best.bundle)
    curves = [add_prefix("trial", trial.metrics, ".") for trial in trials]
    return TrainResult(found, "score", [config.runtime.seed], curves, [table])


def try_bundles(config: Config, examples: data.Examples) -> list[Trial]:
    """Returns every bundle with its metrics on dev, until the budget is spent."""
    calls = {name: Calls(name, config.runtime) for name in config.model.models}
    trials: list[Trial] = []
    spent = 0.0
    questions = data.inputs(examples)
    for candidate, retriever in make_bundles(config, examples.documents):
        model = bundle.Model(candidate, retriever, calls[candidate.model])
        replies = ask_all(model, questions, config.runtime.parallel)
        found = metrics.summarise_replies(examples.items, replies, config.evaluate.max_words)
        trials.append(Trial(candidate, found))
        spent += sum(reply["cost_usd"] for reply in replies)
        if spent > config.train.budget_usd:
            log.info("train.budget_usd is spent after %d bundles", len(trials))
            break
    return trials


def make_bundles(config: Config, documents: dict[str, str]) -> Iterator[tuple[Bundle, Any]]:
    """Yields every combination of the settings, with its retriever."""
    wanted = config.model
    prompts = [bundle.read_prompt(Path("prompts", f"{name}.md")) for name in wanted.prompts]
    for words, retriever_name in itertools.product(wanted.chunk_words, wanted.retrievers):
        passages = cut_passages(documents, words)
        retriever = find_retriever(retriever_name)(passages, None)
        for model, top_k, prompt in itertools.product(wanted.models, wanted.top_k, prompts):
            candidate = Bundle(
                prompt, model, words, top_k, wanted.max_tokens, passages, retriever_name
            )
            yield candidate, retriever


def choose(trials: Sequence[Trial], max_cost: float) -> Trial:
    """Returns the best score within the limit of cost; of equal ones the cheapest."""
    if not trials:
        raise UserError('"model" in config.yaml leaves no bundle to try')
    cheapest = min(trial.metrics["cost_usd_per_1k"] for trial in trials)
    if cheapest > max_cost:
        message = f"the cheapest bundle costs {cheapest:.4f}"
        raise UserError(f'"train.max_cost_per_1k" is {max_cost}, but {message}')
    affordable = [trial for trial in trials if trial.metrics["cost_usd_per_1k"] <= max_cost]
    return max(affordable, key=rank)


def rank(trial: Trial) -> tuple[float, float]:
    """Returns what trials are ordered by: the score, then the lower cost."""
    return trial.metrics["score"], -trial.metrics["cost_usd_per_1k"]


def add_prefix(name: str, found: dict[str, float], separator: str = ".") -> dict[str, float]:
    """Returns the metrics with a name in front."""
    return {f"{name}{separator}{key}": value for key, value in found.items()}


def describe(trial: Trial) -> dict[str, Any]:
    """Returns a row of reports/bundles.json."""
    return {"bundle": str(trial.bundle), "model": trial.bundle.model, **trial.metrics}


if __name__ == "__main__":
    from .mlops.commands.train import main

    raise SystemExit(main())
