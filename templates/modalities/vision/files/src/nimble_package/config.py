"""The settings of config.yaml, with their types and defaults."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from .mlops import config as reader
from .mlops.metric_settings import MetricSettings
from .mlops.scorers import check_name
from .mlops.torch_settings import Runtime, Schedule


@dataclass(frozen=True)
class Data:
    """Where the images are, and the one shape they all have."""

    source: str = "builtin"  # builtin, folder, hf:NAME@REVISION, hf:FOLDER
    path: str = "data/raw"
    size: tuple[int, int] = (8, 8)  # height, width in pixels
    channels: Literal[1, 3] = 1
    resize: bool = False  # crop, scale and convert other shapes instead of refusing them
    valid_size: float = 0.15  # share of the images
    test_size: float = 0.2


@dataclass(frozen=True)
class Model:
    """The size of the network, and how far its training images are changed."""

    width: int = 16  # channels of the first stage
    dropout: float = 0.2
    rotation: float = 10  # degrees
    translation: float = 0.08  # share of the side
    scale: float = 0.1
    brightness: float = 0.2  # contrast, and half of it brightness
    horizontal_flip: bool = False


@dataclass(frozen=True)
class Evaluate(MetricSettings):
    """How a model is evaluated; metric, positive and threshold are in mlops/metric_settings.py."""

    min_score: float = 0.0  # lowest value of the metric on the test images
    seeds: int = 3  # trainings behind each ±; the first model is kept


@dataclass(frozen=True)
class Config:
    """The sections of config.yaml."""

    experiment: str
    data: Data = field(default_factory=Data)
    model: Model = field(default_factory=Model)
    train: Schedule = field(default_factory=Schedule)
    evaluate: Evaluate = field(default_factory=Evaluate)
    runtime: Runtime = field(default_factory=Runtime)


def load(path: Path = Path("config.yaml"), overrides: Sequence[str] = ()) -> Config:
    """Returns the settings in `path`, changed by `section.key=value`."""
    config = reader.read(Config, path, overrides)
    check_name(config.evaluate.metric)
    return config
