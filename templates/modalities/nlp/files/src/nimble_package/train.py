"""Trains the network and its baseline."""

from . import data
from .config import Config
from .mlops import metrics
from .mlops.project import TrainingPaths, TrainResult


def train(config: Config, paths: TrainingPaths, resume: bool = False) -> TrainResult:
    """Each seed has validation texts of its own; the network of the first seed is kept."""
    from . import fit, plots

    splits = data.load(config)
    classes = splits.train.classes
    first_seed = config.runtime.seed
    end = first_seed + config.evaluate.seeds
    seeds = list(range(first_seed, end))
    networks, curves, probabilities = [], [], []
    model_metrics, baseline_metrics = [], []
    for seed in seeds:
        drawn = splits
        if seed != first_seed:
            drawn = data.draw_validation(splits, seed)
        checkpoint = paths.checkpoints / f"{seed}.safetensors"
        network, rows = fit.fit_network(config, drawn, seed, checkpoint, resume)
        valid = drawn.valid
        y_prob = fit.predict_network(network, valid.texts, config)
        baseline_y_prob = fit.fit_baseline(drawn)
        labels = valid.labels
        model_metrics.append(metrics.overall_metrics(labels, y_prob, classes))
        baseline_metrics.append(metrics.overall_metrics(labels, baseline_y_prob, classes))
        networks.append(network)
        curves.append(rows)
        probabilities.append(y_prob)
    kept = networks[0]
    fit.save(kept, splits, config, paths.model)
    plots.draw(paths.plots, splits.valid, probabilities[0], curves)
    path = paths.plots / "typical_words.png"
    plots.draw_words(path, splits.train, config, kept)
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
