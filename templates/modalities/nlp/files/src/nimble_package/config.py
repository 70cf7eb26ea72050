"""What config.yaml may say: every setting with its type and its default."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .mlops import settings
from .mlops.schedule import Schedule


@dataclass(frozen=True)
class Data:
    """Where the texts are, and what their columns are called."""

    source: str = "builtin"  # builtin, a .csv, .tsv or .jsonl file, hf:NAME@COMMIT or hf:FOLDER
    text: str = "text"  # names of the columns
    label: str = "label"
    group: str = ""  # texts of one group (author, thread, page) stay in one split; "": no groups
    licence: str = ""  # what the text may be used for; goes into the manifest


@dataclass(frozen=True)
class Model:
    """Saved with the weights, so that predict reads text as train did."""

    buckets: int = 32768  # rows of the embedding that words and pieces of words share
    width: int = 32
    piece: int = 4  # letters in a piece of a word
    longest: int = 2000  # words and pieces of a text that count, from its start
    dropout: float = 0.3


@dataclass(frozen=True)
class Evaluate:
    """What a model has to reach."""

    floor: float = 0.7  # poe evaluate fails below this accuracy
    seeds: int = 3  # trainings behind every ±; the first one is kept


@dataclass(frozen=True)
class Runtime:
    """What may change a figure, or the time it takes, beside data and settings."""

    seed: int = 0
    threads: int = 1
    device: str = "auto"  # auto, cpu, cuda, mps
    track: bool = True  # false: no tracker


@dataclass(frozen=True)
class Config:
    """One section of config.yaml each."""

    experiment: str
    data: Data = field(default_factory=Data)
    model: Model = field(default_factory=Model)
    train: Schedule = field(default_factory=Schedule)
    evaluate: Evaluate = field(default_factory=Evaluate)
    runtime: Runtime = field(default_factory=Runtime)


def load(path: Path = Path("config.yaml"), overrides: Sequence[str] = ()) -> Config:
    """The settings of `path`, changed by `section.key=value`."""
    return settings.read(Config, path, overrides)
