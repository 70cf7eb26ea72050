"""Trains the network and its baseline."""

import numpy as np

from . import data
from .config import Config
from .mlops import metrics
from .mlops.project import TrainingPaths, TrainResult


def train(config: Config, paths: TrainingPaths, resume: bool = False) -> TrainResult:
    """Each seed has validation images of its own; the network of the first seed is kept."""
    from . import fit, plots

    splits = data.load(config)
    classes = splits.train.classes
    first_seed = config.runtime.seed
    end = first_seed + config.evaluate.seeds
    seeds = list(range(first_seed, end))
    networks, curves = [], []
    probabilities, parts = [], []
    model_metrics, baseline_metrics = [], []
    for seed in seeds:
        drawn = splits
        if seed != first_seed:
            drawn = data.draw_validation(splits, config.data, seed)
        checkpoint = paths.checkpoints / f"{seed}.safetensors"
        network, rows = fit.fit_network(config, drawn, seed, checkpoint, resume)
        labels = drawn.valid.labels
        y_prob = fit.predict_network(network, drawn.valid)
        baseline_y_prob = fit.fit_baseline(drawn, config.runtime.threads)
        model_metrics.append(metrics.overall_metrics(labels, y_prob, classes))
        baseline_metrics.append(metrics.overall_metrics(labels, baseline_y_prob, classes))
        networks.append(network)
        curves.append(rows)
        probabilities.append(y_prob)
        parts.append(drawn.valid)
    fit.save(networks[0], splits, config, paths.model)
    examples = data.join(parts)
    y_prob = np.concatenate(probabilities)
    plots.draw(paths.plots, examples, y_prob, curves)
    plots.plot_augmentation(paths.plots / "augmentation.png", splits, config.model)
    model_summary = metrics.summarise("model", model_metrics)
    baseline_summary = metrics.summarise("baseline", baseline_metrics)
    return TrainResult(
        metrics={**model_summary, **baseline_summary},
        primary_metric="accuracy",
        seeds=seeds,
        curves=curves[0],
    )


if __name__ == "__main__":
    from .mlops.commands.train import main

    raise SystemExit(main())
