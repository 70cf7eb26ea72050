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
from .metrics import Reply
from .mlops.errors import UserError
from .mlops.files import save_json
from .mlops.llm import baselines
from .mlops.llm.providers.call_log import LOG
from .mlops.llm.providers.calls import Calls
from .mlops.llm.retrieval import cut_passages, find_retriever
from .mlops.llm.run_details import describe_run
from .mlops.project import TrainingPaths, TrainResult

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Trial:
    """A bundle and its metrics on dev."""

    bundle: Bundle
    metrics: dict[str, float]

    @property
    def cost(self) -> float:
        """USD for 1,000 questions."""
        return self.metrics["cost_usd_per_1k"]


def train(config: Config, paths: TrainingPaths, resume: bool = False) -> TrainResult:
    """Tries every bundle on dev, keeps the best, and evaluates it and the baseline on test."""
    from . import plots

    if resume:
        log.info("There are no checkpoints: every bundle is tried again.")
    LOG.parent.mkdir(parents=True, exist_ok=True)
    LOG.write_bytes(b"")
    splits = data.load(config)
    trials = try_bundles(config, splits.train)
    best = choose(trials, config.train.max_cost_per_1k)
    bundle.save(best.bundle, paths.model)
    model = bundle.load(paths.model, config.runtime)
    baseline = baselines.Extractive(model.retriever)
    questions = data.inputs(splits.test)
    replies = ask_all(model, questions, config.runtime.parallel)
    baseline_replies = ask_all(baseline, questions, parallel=1)
    found = evaluate(config, splits.test, "model", replies)
    found |= evaluate(config, splits.test, "baseline", baseline_replies)
    found |= evaluate(config, splits.test, "constant", baselines.decline_all(questions))
    found |= add_prefix("dev", best.metrics)
    rows = [describe(trial) for trial in trials]
    table = paths.reports / "bundles.json"
    save_json(table, rows)
    grades = metrics.grade_all(splits.test.items, replies, config.evaluate.max_words)
    plots.draw(paths.plots, rows, str(best.bundle), config.train.max_cost_per_1k)
    plots.write_questions(paths.plots, splits.test, replies, grades)
    log.info("%d bundles tried on dev, chosen: %s", len(trials), best.bundle)
    curves = [add_prefix("trial", trial.metrics) for trial in trials]
    seeds = [config.runtime.seed]
    details = describe_run(best, trials, replies)
    return TrainResult(found, "score", seeds, curves, [table], metrics.BASELINES, details)


def evaluate(
    config: Config, examples: data.Examples, name: str, replies: Sequence[Reply]
) -> dict[str, float]:
    """Returns the metrics of some replies, with a name in front."""
    max_words = config.evaluate.max_words
    found = metrics.summarise_replies(examples.items, replies, max_words)
    return add_prefix(name, found)


def try_bundles(config: Config, examples: data.Examples) -> list[Trial]:
    """Returns every bundle with its metrics on dev, until the budget is spent."""
    calls = {}
    for name in config.model.models:
        calls[name] = Calls(name, config.runtime)
    trials: list[Trial] = []
    spent = 0.0
    questions = data.inputs(examples)
    for candidate, retriever in make_bundles(config, examples.documents):
        model_calls = calls[candidate.model]
        model = bundle.Model(candidate, retriever, model_calls)
        replies = ask_all(model, questions, config.runtime.parallel)
        max_words = config.evaluate.max_words
        found = metrics.summarise_replies(examples.items, replies, max_words)
        trials.append(Trial(candidate, found))
        spent += sum(reply["cost_usd"] for reply in replies)
        if spent > config.train.budget_usd:
            log.info("train.budget_usd is spent after %d bundles", len(trials))
            break
    return trials


def make_bundles(config: Config, documents: dict[str, str]) -> Iterator[tuple[Bundle, Any]]:
    """Yields every combination of the settings, with its retriever."""
    wanted = config.model
    prompts = []
    for name in wanted.prompts:
        path = Path("prompts", f"{name}.md")
        prompts.append(bundle.read_prompt(path))
    indexes = itertools.product(wanted.chunk_words, wanted.retrievers)
    for words, retriever_name in indexes:
        passages = cut_passages(documents, words)
        build = find_retriever(retriever_name)
        retriever = build(passages, None)
        combinations = itertools.product(wanted.models, wanted.top_k, prompts)
        for model, top_k, prompt in combinations:
            candidate = Bundle(
                prompt, model, words, top_k, wanted.max_tokens, passages, retriever_name
            )
            yield candidate, retriever


def choose(trials: Sequence[Trial], max_cost: float) -> Trial:
    """Returns the best score within the limit of cost; of equal ones the cheapest."""
    if not trials:
        raise UserError('"model" in config.yaml leaves no bundle to try')
    cheapest = min(trial.cost for trial in trials)
    if cheapest > max_cost:
        message = f"the cheapest bundle costs {cheapest:.4f}"
        raise UserError(f'"train.max_cost_per_1k" is {max_cost}, but {message}')
    affordable = [trial for trial in trials if trial.cost <= max_cost]
    return max(affordable, key=rank)


def rank(trial: Trial) -> tuple[float, float]:
    """Returns what trials are ordered by: the score, then the lower cost."""
    return trial.metrics["score"], -trial.cost


def add_prefix(name: str, found: dict[str, float]) -> dict[str, float]:
    """Returns the metrics with a name in front."""
    prefixed = {}
    for key, value in found.items():
        prefixed[f"{name}.{key}"] = value
    return prefixed


def describe(trial: Trial) -> dict[str, Any]:
    """Returns a row of reports/bundles.json."""
    tried = trial.bundle
    return {"bundle": str(tried), "model": tried.model, **trial.metrics}


if __name__ == "__main__":
    from .mlops.commands.train import main

    raise SystemExit(main())
