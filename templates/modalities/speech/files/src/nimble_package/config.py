"""What config.yaml may say: every setting with its type and its default."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt

from .mlops import settings
from .mlops.schedule import Schedule


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
    """How sound becomes a picture; saved with the model, so that predict sees what train saw."""

    rate: PositiveInt = 16000
    seconds: PositiveFloat = 1.0
    window_ms: PositiveFloat = 32.0
    hop_ms: PositiveFloat = 20.0
    mels: PositiveInt = 40


@dataclass(frozen=True)
class Augment:
    """How far a training clip may be changed."""

    shift_ms: NonNegativeFloat = 160.0
    noise_db: tuple[float, float] = (30.0, 65.0)
    mask_frames: NonNegativeInt = 10
    mask_mels: NonNegativeInt = 8


@dataclass(frozen=True)
class Model:
    """The size of the network."""

    channels: PositiveInt = 32
    blocks: PositiveInt = 3


@dataclass(frozen=True)
class Evaluate:
    """What a model has to reach."""

    floor: float = 0.8
    seeds: PositiveInt = 3


@dataclass(frozen=True)
class Runtime:
    """What may change a figure, or the time it takes, beside data and settings."""

    seed: int = 0
    threads: PositiveInt = 1
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    track: bool = True


@dataclass(frozen=True)
class Config:
    """One section of config.yaml each."""

    experiment: str
    data: Data = field(default_factory=Data)
    features: Features = field(default_factory=Features)
    augment: Augment = field(default_factory=Augment)
    model: Model = field(default_factory=Model)
    train: Schedule = field(default_factory=Schedule)
    evaluate: Evaluate = field(default_factory=Evaluate)
    runtime: Runtime = field(default_factory=Runtime)


def load(path: Path = Path("config.yaml"), overrides: Sequence[str] = ()) -> Config:
    """The settings in `path`, changed by `section.key=value`."""
    return settings.read(Config, path, overrides)
