"""The settings in config.yaml; each is explained there."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .mlops import config as reader


@dataclass(frozen=True)
class Data:
    """Documents and golden questions."""

    source: str
    licence: str


@dataclass(frozen=True)
class Model:
    """What bundles are made of; every combination is one bundle."""

    prompts: tuple[str, ...]
    chunk_words: tuple[int, ...]
    retrievers: tuple[str, ...]
    top_k: tuple[int, ...]
    models: tuple[str, ...]
    max_tokens: int


@dataclass(frozen=True)
class Train:
    """What may be spent."""

    budget_usd: float
    max_cost_per_1k: float


@dataclass(frozen=True)
class Evaluate:
    """How a bundle is evaluated."""

    min_score: float
    max_words: int


@dataclass(frozen=True)
class Runtime:
    """How runs and calls are made."""

    seed: int
    threads: int
    track: bool
    timeout_s: float
    retries: int
    retry_budget_s: float
    per_minute: int
    parallel: int


@dataclass(frozen=True)
class Config:
    """The sections of config.yaml."""

    experiment: str
    data: Data
    model: Model
    train: Train
    evaluate: Evaluate
    runtime: Runtime


def load(path: Path = Path("config.yaml"), overrides: Sequence[str] = ()) -> Config:
    """Returns the settings in `path`, changed by overrides such as `evaluate.min_score=0.8`."""
    return reader.read(Config, path, overrides)
