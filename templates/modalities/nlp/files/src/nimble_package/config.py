"""The settings of config.yaml, with their types and defaults."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .mlops import config as reader
from .mlops.metric_settings import MetricSettings
from .mlops.scorers import check_name
from .mlops.torch_settings import Runtime, Schedule


@dataclass(frozen=True)
class Data:
    """Where the texts are, and what their columns are called."""

    source: str = "builtin"  # builtin, a .csv, .tsv or .jsonl file, hf:NAME@COMMIT or hf:FOLDER
    text: str = "text"  # names of the columns
    label: str = "label"
    group: str = ""  # texts of one group (author, thread, page) stay in one split
    licence: str = ""  # what the texts may be used for; goes into the manifest


@dataclass(frozen=True)
class Model:
    """Saved with the weights, so that a prediction reads text as the training did."""

    num_embeddings: int = 32768  # rows of the embedding that words and n-grams share
    embedding_dim: int = 32
    ngram: int = 4  # letters in an n-gram of a word
    max_length: int = 2000  # words and n-grams of a text that count, from its start
    dropout: float = 0.3


@dataclass(frozen=True)
class Evaluate(MetricSettings):
    """How a model is evaluated; metric, positive and threshold are in mlops/metric_settings.py."""

    min_score: float = 0.7  # lowest value of the metric on the test texts
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
