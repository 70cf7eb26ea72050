"""What config.yaml may say: every setting with its type and its default."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from . import settings
from .schedule import Schedule


@dataclass(frozen=True)
class Data:
    """Where the images are, and the one shape they all have."""

    source: str = "builtin"
    path: str = "data/raw"
    size: tuple[int, int] = (8, 8)
    channels: Literal[1, 3] = 1
    adapt: bool = False
    valid_share: float = 0.15
    test_share: float = 0.2


@dataclass(frozen=True)
class Augment:
    """How far a training image may be changed."""

    turn: float = 10
    shift: float = 0.08
    zoom: float = 0.1
    light: float = 0.2
    flip: bool = False


@dataclass(frozen=True)
class Model:
    """The size of the network."""

    width: int = 32
    dropout: float = 0.2


@dataclass(frozen=True)
class Evaluate:
    """What a model has to reach."""

    floor: float = 0.0
    seeds: int = 3  # trainings behind each ±; the first is kept


@dataclass(frozen=True)
class Runtime:
    """What may change a figure, or the time it takes, beside data and settings."""

    seed: int = 0
    threads: int = 1
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    track: bool = True


@dataclass(frozen=True)
class Config:
    """One section of config.yaml each."""

    experiment: str
    data: Data = field(default_factory=Data)
    augment: Augment = field(default_factory=Augment)
    model: Model = field(default_factory=Model)
    train: Schedule = field(default_factory=Schedule)
    evaluate: Evaluate = field(default_factory=Evaluate)
    runtime: Runtime = field(default_factory=Runtime)


def load(path: Path = Path("config.yaml"), overrides: Sequence[str] = ()) -> Config:
    """The settings in `path`, changed by `section.key=value`."""
    return settings.read(Config, path, overrides)
