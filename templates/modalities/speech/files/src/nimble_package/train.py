"""Trains the network and its baseline."""

from typing import Any

from numpy.typing import NDArray

from . import data
from .config import Config
from .features import log_mel
from .mlops import metrics
from .mlops.project import TrainingPaths, TrainResult


def train(config: Config, paths: TrainingPaths, resume: bool = False) -> TrainResult:
    """Keeps the first seed's network; the others show how far chance alone moves the metrics."""
    from . import fit
    from .mlops.speech import training_plots
    from .model import NearestMean

    splits = data.load(config)
    first_seed = config.runtime.seed
    last_seed = first_seed + config.evaluate.seeds
    seeds = range(first_seed, last_seed)
    networks, curves, predictions, model_metrics = [], [], [], []
    for seed in seeds:
        checkpoint = paths.checkpoints / f"{seed}.safetensors"
        network, rows = fit.fit_network(config, splits, seed, checkpoint, resume)
        y_prob = fit.predict_network(network, splits.valid, config)
        held_out_y_prob = fit.predict_network(network, splits.held_out, config)
        model_metrics.append(measure(splits, y_prob, held_out_y_prob))
        predictions.append({"validation": y_prob, "held_out": held_out_y_prob})
        networks.append(network)
        curves.append(rows)
    spectrograms = log_mel(splits.train.clips, config.features)
    baseline = NearestMean(spectrograms, splits.train.labels)
    y_prob = predict_baseline(baseline, splits.valid, config)
    held_out_y_prob = predict_baseline(baseline, splits.held_out, config)
    baseline_metrics = measure(splits, y_prob, held_out_y_prob)
    fit.save(networks[0], splits, config, paths.model)
    training_plots.draw(paths.plots, splits, predictions[0], curves, config.features)
    model_summary = metrics.summarise("model", model_metrics)
    baseline_summary = metrics.summarise("baseline", [baseline_metrics])
    return TrainResult(
        metrics={**model_summary, **baseline_summary},
        primary_metric="accuracy",
        seeds=list(seeds),
        curves=curves[0],
    )


def predict_baseline(baseline: Any, examples: data.Examples, config: Config) -> NDArray[Any]:
    """Returns probabilities (n, labels)."""
    spectrograms = log_mel(examples.clips, config.features)
    y_prob: NDArray[Any] = baseline.predict_proba(spectrograms)
    return y_prob


def measure(
    splits: data.Splits, y_prob: NDArray[Any], held_out_y_prob: NDArray[Any]
) -> dict[str, float]:
    """Returns the metrics on validation speakers, and the accuracy on voices of another kind."""
    classes = splits.train.classes
    y_true = splits.valid.labels
    found = metrics.overall_metrics(y_true, y_prob, classes)
    labels = splits.held_out.labels
    if len(labels) > 0:
        is_correct = held_out_y_prob.argmax(axis=1) == labels
        found["held_out_accuracy"] = float(is_correct.mean())
    return found


if __name__ == "__main__":
    from .mlops.commands.train import main

    raise SystemExit(main())
