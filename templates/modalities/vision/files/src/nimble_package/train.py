"""`python -m nimble_package.train`: train the network and its baseline."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from . import data, plots
from .config import Config
from .config import load as load_config
from .mlops import manifest, scores, settings, tracking

MODEL, REPORTS, PLOTS = Path("models/current"), Path("reports"), Path("reports/plots")


@dataclass(frozen=True)
class Result:
    """Figures on the validation images of all seeds."""

    metrics: dict[str, float]
    run_id: str | None


def train(config: Config, resume: bool = False) -> Result:
    """Each seed holds out validation images of its own; the first seed's network is kept."""
    from . import fitting

    prepared, splits = data.prepare(config), data.load(config)
    seeds = [config.runtime.seed + i for i in range(config.evaluate.seeds)]
    folds = [splits, *(data.redraw(splits, config.data, seed) for seed in seeds[1:])]
    names = [splits.classes] * len(folds)
    with tracking.start(config) as run:
        run.dataset(prepared)
        pairs = zip(folds, seeds, strict=True)
        fitted = [fitting.fit_network(config, fold, seed, resume) for fold, seed in pairs]
        networks, histories, chances = zip(*fitted, strict=True)
        simple = [fitting.fit_baseline(fold, config.runtime.threads) for fold in folds]
        answers = {"model": chances, "baseline": simple}
        metrics: dict[str, float] = {}
        for name, each in answers.items():
            truth = (fold.valid.labels for fold in folds)
            metrics |= scores.spread(name, [*map(scores.classify, truth, each, names)])
        metrics = {key: value for key, value in metrics.items() if ".f1." not in key}
        outputs = fitting.save(networks[0], splits, config, MODEL)
        held, said = data.join([fold.valid for fold in folds]), np.concatenate(chances)
        scores.plot_confusion(PLOTS / "confusion.png", held.labels, said.argmax(1), splits.classes)
        scores.plot_calibration(PLOTS / "calibration.png", held.labels, said)
        scores.plot_curves(PLOTS / "learning_curve.png", histories)
        plots.plot_mistakes(PLOTS / "mistakes.png", held, said, splits.classes)
        plots.plot_augmentation(PLOTS / "augmentation.png", splits, config.model)
        manifest.save_json(REPORTS / "train.json", metrics)
        manifest.write(
            REPORTS / "manifest.json",
            config=config,
            data=prepared,
            metrics=metrics,
            artifacts=[MODEL],
            seeds=seeds,
            run=run,
        )
        for row in histories[0]:
            run.metrics(row, step=int(row["epoch"]))
        run.metrics(metrics)
        run.files(PLOTS)
        run.model(MODEL, splits.valid.images[:8], outputs)
    return Result(metrics, run.id)


def main(argv: Sequence[str] | None = None) -> int:
    """Trains, and shows the network beside its baseline."""

    def body(args: Any) -> None:
        result = train(load_config(args.config, args.overrides), args.resume)
        print(f"\nValidation images, over the seeds:\n\n{manifest.show(result.metrics)}\n")
        if result.metrics["model.accuracy"] < result.metrics["baseline.accuracy"]:
            print("The network is worse than its baseline: use that, or find more images.")
        print(f'Plots: {PLOTS}, or "uv run poe report". Runs: "{tracking.LOOK}".')

    resume = {"action": "store_true", "help": "go on from models/checkpoints"}
    return settings.command(__doc__, body, argv, **{"--resume": resume})


if __name__ == "__main__":
    raise SystemExit(main())
