"""Trains the network and its baseline."""

import numpy as np

from . import data
from .config import Config
from .mlops import comparison, decision, scoring
from .mlops.project import TrainingPaths, TrainResult


def train(config: Config, paths: TrainingPaths, resume: bool = False) -> TrainResult:
    """Each seed has validation images of its own; the network of the first seed is kept."""
    from . import fit, plots

    splits = data.load(config)
    classes = splits.train.classes
    scoring.make(config.evaluate, classes, splits.train.labels)  # refuses a wrong metric early
    first_seed = config.runtime.seed
    end = first_seed + config.evaluate.seeds
    seeds = list(range(first_seed, end))
    networks, curves = [], []
    runs, parts = [], []
    for seed in seeds:
        drawn = splits
        if seed != first_seed:
            drawn = data.draw_validation(splits, config.data, seed)
        checkpoint = paths.checkpoints / f"{seed}.safetensors"
        network, rows = fit.fit_network(config, drawn, seed, checkpoint, resume)
        train, valid = drawn.train, drawn.valid
        y_prob = fit.predict_network(network, valid)
        baseline_y_prob = fit.fit_baseline(config, train, valid)
        run = comparison.Run(train.labels, valid.labels, y_prob, baseline_y_prob)
        runs.append(run)
        networks.append(network)
        curves.append(rows)
        parts.append(valid)
    result = comparison.compare(config.evaluate, classes, runs, decide_on=runs[:1])
    fit.save(networks[0], splits, config, paths.model)
    decision.save(result.scoring.decision, paths.model)
    examples = data.join(parts)
    y_prob = np.concatenate([run.outputs for run in runs])
    plots.draw(paths.plots, examples, y_prob, curves, result.scoring)
    plots.plot_augmentation(paths.plots / "augmentation.png", splits, config.model)
    return result.to_result(seeds, curves[0])


if __name__ == "__main__":
    from .mlops.commands.train import main

    raise SystemExit(main())
