"""Trains the network and its baseline."""

from . import data
from .config import Config
from .mlops import comparison, decision, scoring
from .mlops.project import TrainingPaths, TrainResult


def train(config: Config, paths: TrainingPaths, resume: bool = False) -> TrainResult:
    """Each seed has validation texts of its own; the network of the first seed is kept."""
    from . import fit, plots

    splits = data.load(config)
    classes = splits.train.classes
    scoring.make(config.evaluate, classes, splits.train.labels)  # refuses a wrong metric early
    first_seed = config.runtime.seed
    end = first_seed + config.evaluate.seeds
    seeds = list(range(first_seed, end))
    networks, curves, runs = [], [], []
    for seed in seeds:
        drawn = splits
        if seed != first_seed:
            drawn = data.draw_validation(splits, seed)
        checkpoint = paths.checkpoints / f"{seed}.safetensors"
        network, rows = fit.fit_network(config, drawn, seed, checkpoint, resume)
        train, valid = drawn.train, drawn.valid
        y_prob = fit.predict_network(network, valid.texts, config)
        baseline_y_prob = fit.fit_baseline(config, train, valid)
        run = comparison.Run(train.labels, valid.labels, y_prob, baseline_y_prob)
        runs.append(run)
        networks.append(network)
        curves.append(rows)
    kept_run = runs[:1]
    result = comparison.compare(config.evaluate, classes, runs, decide_on=kept_run)
    kept = networks[0]
    fit.save(kept, splits, config, paths.model)
    decision.save(result.scoring.decision, paths.model)
    outputs = runs[0].outputs
    plots.draw(paths.plots, splits.valid, outputs, curves, result.scoring)
    path = paths.plots / "typical_words.png"
    plots.draw_words(path, splits.train, config, kept)
    return result.to_result(seeds, curves[0])


if __name__ == "__main__":
    from .mlops.commands.train import main

    raise SystemExit(main())
