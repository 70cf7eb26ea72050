"""Trains the model and its baseline."""

import logging

from . import data
from .config import Config
from .features import make_features
from .mlops.project import TrainingPaths, TrainResult

log = logging.getLogger(__name__)


def train(config: Config, paths: TrainingPaths, resume: bool = False) -> TrainResult:
    """Evaluates on folds that the models never saw, then fits the kept model on all rows.

    A training takes seconds and has no checkpoints to resume from.
    """
    if resume:
        log.info("There are no checkpoints: the training starts from the beginning.")
    from . import plots
    from .mlops import decision, scoring
    from .mlops.tabular import cross_validation, estimators, export
    from .model import make_baseline, make_model

    examples = data.load(config).train
    classes = examples.classes
    X = make_features(examples.rows, examples.kinds)
    y = data.targets(examples)
    scoring.make(config.evaluate, classes, y)  # refuses a wrong metric before anything is fitted
    folds = cross_validation.make_folds(examples.rows, y, examples.groups, config)
    results = []
    with cross_validation.limit_threads(config.runtime.threads):
        for fold in folds:
            X_train = X.iloc[fold.train]
            model = make_model(config, X_train)
            baseline = make_baseline(config, X_train)
            result = cross_validation.fit_fold(model, baseline, X, y, fold, classes)
            results.append(result)
            log.info("fold %d of %d is fitted", len(results), len(folds))
        final = make_model(config, X)
        estimators.fit(final, X, y, classes)
        comparison = cross_validation.compare(config, results, classes)
        export.save(final, X, examples, paths.model, config.train)
        decision.save(comparison.scoring.decision, paths.model)
        plots.draw(paths.plots, results, examples, comparison.scoring)
    seeds = [config.runtime.seed]
    return comparison.to_result(seeds, results[0].curve)


if __name__ == "__main__":
    from .mlops.commands.train import main

    raise SystemExit(main())
