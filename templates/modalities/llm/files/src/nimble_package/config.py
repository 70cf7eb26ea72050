"""The settings in config.yaml, as frozen dataclasses."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from . import settings


@dataclass(frozen=True)
class Data:
    source: str
    licence: str


@dataclass(frozen=True)
class Model:
    prompts: tuple[str, ...]
    chunk_words: tuple[int, ...]
    top_k: tuple[int, ...]
    models: tuple[str, ...]
    max_tokens: int


@dataclass(frozen=True)
class Calls:
    timeout_s: float
    retries: int
    retry_budget_s: float
    per_minute: int
    parallel: int


@dataclass(frozen=True)
class Train:
    budget_usd: float
    max_cost_per_1k: float


@dataclass(frozen=True)
class Evaluate:
    floor: float
    max_words: int


@dataclass(frozen=True)
class Runtime:
    seed: int
    threads: int
    track: bool


@dataclass(frozen=True)
class Config:
    experiment: str
    data: Data
    model: Model
    calls: Calls
    train: Train
    evaluate: Evaluate
    runtime: Runtime


def load(path: Path = Path("config.yaml"), overrides: Sequence[str] = ()) -> Config:
    """The settings in `path`, changed by overrides such as `evaluate.floor=0.8`."""
    return settings.read(Config, path, overrides)
