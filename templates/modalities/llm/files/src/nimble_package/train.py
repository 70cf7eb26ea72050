"""`python -m nimble_package.train`: the bundle that is best on dev, and on test."""

import itertools
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from . import bundle, config, data, pictures, retrieval, scores
from .mlops import manifest, settings, tracking
from .mlops.llm.providers.calls import LOG, Calls

MODEL, REPORTS = Path("models/current"), Path("reports")


class Result(NamedTuple):
    """Figures named `model.<figure>` and `baseline.<figure>`, and the tracker's id."""

    metrics: dict[str, float]
    run_id: str | None


class Trial(NamedTuple):
    """A bundle and its figures on dev."""

    bundle: bundle.Bundle
    figures: dict[str, float]


def answer_all(model: Any, items: Sequence[data.Item], parallel: int) -> list[dict[str, Any]]:
    """The answers in the order of the questions, however many are in flight."""
    with ThreadPoolExecutor(max(parallel, 1)) as pool:
        return list(pool.map(model.ask, [item.question for item in items]))


def search(config_: config.Config, splits: data.Splits) -> list[Trial]:
    """Every bundle on dev, until the budget is spent."""
    wanted, trials, spent = config_.model, list[Trial](), 0.0
    prompts = [bundle.read_prompt(Path("prompts", f"{name}.md")) for name in wanted.prompts]
    calls = {name: Calls(name, config_.runtime) for name in wanted.models}
    for words, way in itertools.product(wanted.chunk_words, wanted.retrievers):
        passages = retrieval.cut(splits.documents, words)
        index = retrieval.find(way)(passages, None)
        for name, k, prompt in itertools.product(calls, wanted.top_k, prompts):
            tried = bundle.Bundle(prompt, name, words, k, wanted.max_tokens, passages, way)
            model = bundle.Model(tried, index, calls[name])
            replies = answer_all(model, splits.dev, config_.runtime.parallel)
            figures = scores.summary(splits.dev, replies, config_.evaluate.max_words)
            trials.append(Trial(tried, figures))
            spent += sum(reply["cost_usd"] for reply in replies)
            if spent > config_.train.budget_usd:
                print(f"train.budget_usd is spent after {len(trials)} bundles")
                return trials
    return trials


def choose(trials: Sequence[Trial], limit: float) -> bundle.Bundle:
    """The best score within the limit of cost; of equal ones the cheapest."""
    if not trials:
        raise settings.UserError('"model" in config.yaml leaves no bundle to try')
    costs = [trial.figures["cost_usd_per_1k"] for trial in trials]
    if min(costs) > limit:
        least = f"the cheapest bundle costs {min(costs):.4f}"
        raise settings.UserError(f'"train.max_cost_per_1k" is {limit}, but {least}')
    ranked = [(t.figures["score"], -cost, t.bundle) for t, cost in zip(trials, costs, strict=True)]
    return max((row for row in ranked if -row[1] <= limit), key=lambda row: row[:2])[2]


def train(config_: config.Config) -> Result:
    """Chooses a bundle on dev and saves it, then judges it and the baseline on test."""
    known, splits, plots = data.prepare(config_), data.load(config_), REPORTS / "plots"
    limit, words = config_.train.max_cost_per_1k, config_.evaluate.max_words
    plots.mkdir(parents=True, exist_ok=True)
    LOG.write_bytes(b"")
    with tracking.start(config_) as run:
        run.dataset(known)
        try:
            trials = search(config_, splits)
        except BaseException:
            run.files(LOG)  # what was asked so far
            raise
        best = choose(trials, limit)
        bundle.save(best, MODEL)
        model = bundle.load(MODEL, config_.runtime)
        answers = answer_all(model, splits.test, config_.runtime.parallel)
        simple = answer_all(bundle.Extractive(model.retriever), splits.test, 1)
        figures = {
            f"{name}.{key}": value
            for name, replies in (("model", answers), ("baseline", simple))
            for key, value in scores.summary(splits.test, replies, words).items()
        }
        chosen = next(trial.figures for trial in trials if trial.bundle is best)
        figures |= {f"dev.{key}": value for key, value in chosen.items()}
        rows = [{"bundle": str(t.bundle), "model": t.bundle.model, **t.figures} for t in trials]
        manifest.save_json(REPORTS / "bundles.json", rows)
        manifest.save_json(REPORTS / "train.json", figures)
        pictures.plot_bundles(plots / "bundles.png", rows, str(best), limit)
        pictures.write_table(plots / "questions.html", splits.test, answers, words)
        manifest.write(
            REPORTS / "manifest.json",
            config=config_,
            data=known,
            metrics=figures,
            artifacts=[MODEL, plots],
            seeds=[config_.runtime.seed],
            run=run,
        )
        for step, trial in enumerate(trials):
            run.metrics({f"trial.{key}": value for key, value in trial.figures.items()}, step)
        run.metrics(figures)
        run.files(LOG, plots, REPORTS / "bundles.json")
        run.model(MODEL, None, None)
    print(f"{len(trials)} bundles tried on dev, chosen: {best}\n\n{manifest.show(figures)}\n")
    print(f"on test, ± over three folds of the questions; to see all of it: {tracking.LOOK}")
    return Result(figures, run.id)


def main(argv: Sequence[str] | None = None) -> int:
    """Trains as config.yaml says."""

    def body(options: Any) -> None:
        train(config.load(options.config, options.overrides))

    return settings.command(__doc__, body, argv)


if __name__ == "__main__":
    raise SystemExit(main())
