"""The model and its baseline, as scikit-learn pipelines."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from .config import Config
from .features import find_categories
from .mlops.tabular.frequent_values import find_frequent

if TYPE_CHECKING:
    import pandas as pd

MAX_CATEGORY_COLUMNS = 2000  # of all categories together: each makes a training longer


def make_encoder(X: "pd.DataFrame", max_categories: int) -> ColumnTransformer:
    """Numbers pass; the most frequent categories of `X` get a column each, others get none."""
    categories = find_categories(X)
    everything = range(X.shape[1])
    numbers = [position for position in everything if position not in categories]
    steps: list[Any] = [("numbers", "passthrough", numbers)]
    if categories:
        encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False, dtype=np.float32)
        values = X.iloc[:, categories]
        encoder.categories = find_frequent(values, max_categories, MAX_CATEGORY_COLUMNS)
        steps.append(("categories", encoder, categories))
    return ColumnTransformer(steps)


def make_model(config: Config, X: "pd.DataFrame") -> Pipeline:
    """Gradient boosting on histograms; missing numbers need no imputation."""
    settings = asdict(config.model)
    settings["early_stopping"] = False
    settings["random_state"] = config.runtime.seed
    if config.task == "regression":
        model = HistGradientBoostingRegressor(**settings)
    else:
        model = HistGradientBoostingClassifier(**settings, class_weight=class_weight(config))
    encoder = make_encoder(X, config.train.max_categories)
    return Pipeline([("encoder", encoder), ("model", model)])


def make_baseline(config: Config, X: "pd.DataFrame") -> Pipeline:
    """Logistic or ridge regression on imputed and scaled columns."""
    encoder = make_encoder(X, config.train.max_categories)
    imputer = SimpleImputer(add_indicator=True, keep_empty_features=True)
    if config.task == "regression":
        return make_pipeline(encoder, imputer, StandardScaler(), Ridge())
    logistic = LogisticRegression(max_iter=5000, class_weight=class_weight(config))
    return make_pipeline(encoder, imputer, StandardScaler(), logistic)


def class_weight(config: Config) -> str | None:
    """Returns `train.class_weight` as scikit-learn names it."""
    return None if config.train.class_weight == "none" else config.train.class_weight
