"""The settings of config.yaml, with their types and defaults."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from .mlops import config as reader
from .mlops.errors import UserError
from .mlops.metric_settings import ClassWeight, MetricSettings
from .mlops.scorers import check_name

Task = Literal["classification", "regression"]
ModelFormat = Literal["onnx", "skops"]

MODEL_FORMAT: ModelFormat = "onnx"  # how models/current is saved: docs/own-model.md


@dataclass(frozen=True)
class Data:
    """Where the table is, and what its columns are for."""

    source: Literal["builtin", "csv", "parquet"] = "builtin"
    path: str = "data/raw/table.csv"
    target: str = ""
    drop: tuple[str, ...] = ()  # columns that are never used
    categories: tuple[str, ...] = ()  # columns of codes, read as text: 007 and NA are values
    id: str = ""  # names a row; "": its values, as they were at the first preparation
    group: str = ""  # rows with the same value stay on one side of every split
    time: str = ""  # the newest rows are the test split
    test_size: float = 0.2  # share of the rows


@dataclass(frozen=True)
class Model:
    """The settings of scikit-learn's HistGradientBoosting, by its own names."""

    max_iter: int = 100
    learning_rate: float = 0.05
    max_leaf_nodes: int = 6
    l2_regularization: float = 1.0
    min_samples_leaf: int = 10


@dataclass(frozen=True)
class Train:
    """How features become columns, and how the model is saved."""

    max_categories: int = 30  # the most frequent values of a category; others count as unknown
    class_weight: ClassWeight = "none"
    model_format: ModelFormat = MODEL_FORMAT
    onnx_tolerance: float = 1e-4  # largest difference from the model, relative to its outputs


@dataclass(frozen=True)
class Evaluate(MetricSettings):
    """How a model is evaluated; metric, positive and threshold are in mlops/metric_settings.py."""

    folds: int = 5
    min_score: float = 0.0  # lowest value of the metric on the test split


@dataclass(frozen=True)
class Runtime:
    """What has to be equal for metrics to be equal."""

    seed: int = 0
    threads: int = 1
    track: bool = True


@dataclass(frozen=True)
class Config:
    """The sections of config.yaml."""

    experiment: str
    task: Task = "classification"
    data: Data = field(default_factory=Data)
    model: Model = field(default_factory=Model)
    train: Train = field(default_factory=Train)
    evaluate: Evaluate = field(default_factory=Evaluate)
    runtime: Runtime = field(default_factory=Runtime)


def load(path: Path = Path("config.yaml"), overrides: Sequence[str] = ()) -> Config:
    """Returns the settings in `path`, changed by `section.key=value`."""
    config = reader.read(Config, path, overrides)
    is_regression = config.task == "regression"
    check_name(config.evaluate.metric, regression=is_regression)
    if is_regression and config.train.class_weight != "none":
        raise UserError('"train.class_weight" is "balanced", but a regression has no classes')
    if config.data.source != "builtin" or config.data.target:
        return config
    target = "Origin" if config.task == "classification" else "Miles_per_Gallon"
    data = replace(config.data, target=target, group="Name")
    return replace(config, data=data)
