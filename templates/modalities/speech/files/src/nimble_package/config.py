"""The settings of config.yaml, with their types and defaults."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt

from .mlops import config as reader
from .mlops.metric_settings import MetricSettings
from .mlops.scorers import check_name
from .mlops.torch_settings import Runtime, Schedule


@dataclass(frozen=True)
class Data:
    """Where the clips are, and who speaks in them."""

    source: Annotated[str, Field(pattern="^(builtin|folder|hf:.+)$")] = "builtin"
    voices: PositiveInt = 60
    path: str = "data/raw"
    held_out: str = "data/held_out"
    speaker: str | None = "^([^_]+)_"
    label: str = "label"


@dataclass(frozen=True)
class Features:
    """How audio becomes a spectrogram; saved with the model, so that a prediction does the same."""

    sample_rate: PositiveInt = 16000  # Hz
    seconds: PositiveFloat = 1.0
    window_ms: PositiveFloat = 32.0
    hop_ms: PositiveFloat = 20.0
    n_mels: PositiveInt = 40


@dataclass(frozen=True)
class Augment:
    """How far a training clip may be changed."""

    shift_ms: NonNegativeFloat = 160.0
    noise_db: tuple[float, float] = (30.0, 65.0)  # below the loudest band
    time_mask: NonNegativeInt = 10  # frames
    mel_mask: NonNegativeInt = 8  # bands


@dataclass(frozen=True)
class Model:
    """The size of the network."""

    channels: PositiveInt = 32
    blocks: PositiveInt = 3


@dataclass(frozen=True)
class Evaluate(MetricSettings):
    """How a model is evaluated; metric, positive and threshold are in mlops/metric_settings.py."""

    min_score: float = 0.8  # lowest value of the metric on the test speakers
    seeds: PositiveInt = 3  # trainings behind each ±; the first model is kept


@dataclass(frozen=True)
class Config:
    """The sections of config.yaml."""

    experiment: str
    data: Data = field(default_factory=Data)
    features: Features = field(default_factory=Features)
    augment: Augment = field(default_factory=Augment)
    model: Model = field(default_factory=Model)
    train: Schedule = field(default_factory=Schedule)
    evaluate: Evaluate = field(default_factory=Evaluate)
    runtime: Runtime = field(default_factory=Runtime)


def load(path: Path = Path("config.yaml"), overrides: Sequence[str] = ()) -> Config:
    """Returns the settings in `path`, changed by `section.key=value`."""
    config = reader.read(Config, path, overrides)
    check_name(config.evaluate.metric)
    return config
