"""`python -m nimble_package.train`: train the trees and their baseline."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from . import data, features, judge, model, plots
from .config import Config
from .config import load as load_config
from .mlops import manifest, scores, settings, tracking

MODEL, REPORTS, PLOTS = Path("models/current"), Path("reports"), Path("reports/plots")


@dataclass(frozen=True)
class Result:
    """Figures over the folds of the training rows."""

    metrics: dict[str, float]
    run_id: str | None


def train(config: Config) -> Result:
    """Each fold is predicted by models that never saw it; the kept model saw all training rows."""
    import sklearn.ensemble  # noqa: F401 (threads are limited only in what is loaded by then)
    from threadpoolctl import threadpool_limits

    prepared, splits = data.prepare(config), data.load(config)
    with tracking.start(config) as run, threadpool_limits(config.runtime.threads):
        run.dataset(prepared)
        fits = []
        for fold in judge.folds(config, splits):
            fits.append(judge.fit_fold(config, splits, *fold))
            name, last = judge.MAIN[config.task], fits[-1]
            print(f"fold {len(fits)}: {name} {last.scores[name]:.4f}", flush=True)
        metrics = scores.spread("model", [fit.scores for fit in fits])
        metrics |= scores.spread("baseline", [fit.baseline for fit in fits])
        encoder = features.fit(splits.train, splits.kinds, config.train.levels)
        matrix, truth = encoder.encode(splits.train), judge.truth(splits, splits.train)
        kept = model.boosting(config).fit(matrix, truth)
        model.export(kept, matrix, MODEL / "model.onnx")
        encoder.save(MODEL / "encoder.json")
        card = {"task": config.task, "target": splits.target, "classes": splits.classes}
        manifest.save_json(MODEL / "model.json", card)
        plots.draw(PLOTS, splits, fits)
        manifest.save_json(REPORTS / "train.json", metrics)
        manifest.write(
            REPORTS / "manifest.json",
            config=config,
            data=prepared,
            metrics=metrics,
            artifacts=[MODEL],
            seeds=[config.runtime.seed],
            run=run,
        )
        for step in fits[0].steps[::5]:
            run.metrics(step, step=int(step["round"]))
        run.metrics(metrics)
        run.files(PLOTS)
        run.model(MODEL, matrix[:5], model.answers(kept, matrix[:5]).astype(np.float32))
    return Result(metrics, run.id)


def main(argv: Sequence[str] | None = None) -> int:
    """Trains, and shows the model beside its baseline."""

    def body(args: Any) -> None:
        config = load_config(args.config, args.overrides)
        metrics = train(config).metrics
        print(f"\nOver {config.evaluate.folds} folds:\n\n{manifest.show(metrics)}\n")
        main_figure = judge.MAIN[config.task]
        if metrics[f"model.{main_figure}"] < metrics[f"baseline.{main_figure}"]:
            print("The trees are no better than the straight line: take that, or find better data.")
        print(f'Plots: {PLOTS}, or "uv run poe report". Runs: "{tracking.LOOK}".')

    return settings.command(__doc__, body, argv)


if __name__ == "__main__":
    raise SystemExit(main())
