"""Trains the network and its baseline."""

from . import data
from .config import Config
from .mlops import decision, scoring
from .mlops.comparison import Run, compare
from .mlops.project import TrainingPaths, TrainResult


def train(config: Config, paths: TrainingPaths, resume: bool = False) -> TrainResult:
    """Keeps the first seed's network; the others show how far chance alone moves the metrics."""
    from . import fit
    from .mlops.speech import training_plots

    splits = data.load(config)
    train = splits.train
    valid = splits.valid
    held_out = splits.held_out
    classes = train.classes
    scoring.make(config.evaluate, classes, train.labels)  # refuses a wrong metric early
    first_seed = config.runtime.seed
    last_seed = first_seed + config.evaluate.seeds
    seeds = range(first_seed, last_seed)
    baseline = fit.fit_baseline(config, train, valid)
    held_out_baseline = fit.fit_baseline(config, train, held_out)
    networks, curves, runs = [], [], []
    for seed in seeds:
        checkpoint = paths.checkpoints / f"{seed}.safetensors"
        network, rows = fit.fit_network(config, splits, seed, checkpoint, resume)
        y_prob = fit.predict_network(network, held_out, config)
        further = Run(train.labels, held_out.labels, y_prob, held_out_baseline)
        y_prob = fit.predict_network(network, valid, config)
        run = Run(train.labels, valid.labels, y_prob, baseline, {"held_out": further})
        runs.append(run)
        networks.append(network)
        curves.append(rows)
    result = compare(config.evaluate, classes, runs, decide_on=runs[:1])
    fit.save(networks[0], splits, config, paths.model)
    decision.save(result.scoring.decision, paths.model)
    training_plots.draw(paths.plots, splits, runs[0], curves, config.features, result.scoring)
    return result.to_result(list(seeds), curves[0])


if __name__ == "__main__":
    from .mlops.commands.train import main

    raise SystemExit(main())
