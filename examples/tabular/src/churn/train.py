"""Trains the model and its baseline."""

import logging

from . import data
from .config import Config
from .features import make_features
from .mlops.project import TrainingPaths, TrainResult
from .mlops.tabular.metrics import PRIMARY_METRIC

log = logging.getLogger(__name__)


def train(config: Config, paths: TrainingPaths, resume: bool = False) -> TrainResult:
    """Evaluates on folds that the models never saw, then fits the kept model on all rows.

    A training takes seconds and has no checkpoints to resume from.
    """
    if resume:
        log.info("There are no checkpoints: the training starts from the beginning.")
    from . import plots
    from .mlops.tabular import cross_validation, estimators, export
    from .model import make_baseline, make_model

    examples = data.load(config).train
    X = make_features(examples.rows, examples.kinds)
    y = data.targets(examples)
    folds = cross_validation.make_folds(examples.rows, y, examples.groups, config)
    results = []
    with cross_validation.limit_threads(config.runtime.threads):
        for fold in folds:
            X_train = X.iloc[fold.train]
            model = make_model(config, X_train)
            baseline = make_baseline(config, X_train)
            result = cross_validation.fit_fold(model, baseline, X, y, fold, examples.classes)
            results.append(result)
            log.info(result.describe())
        final = make_model(config, X)
        estimators.fit(final, X, y, examples.classes)
    export.save(final, X, examples, paths.model, config.train)
    plots.draw(paths.plots, results, examples)
    return TrainResult(
        metrics=cross_validation.summarise(results),
        primary_metric=PRIMARY_METRIC[config.task],
        seeds=[config.runtime.seed],
        curves=results[0].curve,
    )


if __name__ == "__main__":
    from .mlops.commands.train import main

    raise SystemExit(main())
