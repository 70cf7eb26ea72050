"""What config.yaml may say: every setting with its type and its default."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from .mlops import settings


@dataclass(frozen=True)
class Data:
    """Where the table is, and what its columns are for."""

    source: Literal["builtin", "csv", "parquet"] = "builtin"
    path: str = "data/raw/table.csv"
    target: str = ""
    drop: tuple[str, ...] = ()  # columns never to be used
    group: str = ""  # rows with one value here stay together
    time: str = ""  # the newest rows are the test split
    test_share: float = 0.2


@dataclass(frozen=True)
class Model:
    """How far the boosted trees go."""

    rounds: int = 100
    learning_rate: float = 0.05
    leaves: int = 6
    l2: float = 1.0
    least_rows: int = 10


@dataclass(frozen=True)
class Train:
    """What happens around the fit."""

    levels: int = 30  # a category keeps its commonest levels, the others count as one


@dataclass(frozen=True)
class Evaluate:
    """How a model is judged."""

    folds: int = 5
    floor: float = 0.0  # least accuracy or R² on the test split


@dataclass(frozen=True)
class Runtime:
    """What has to be equal for figures to be equal."""

    seed: int = 0
    threads: int = 1
    track: bool = True


@dataclass(frozen=True)
class Config:
    """The sections of config.yaml."""

    experiment: str
    task: Literal["classification", "regression"] = "classification"
    data: Data = field(default_factory=Data)
    model: Model = field(default_factory=Model)
    train: Train = field(default_factory=Train)
    evaluate: Evaluate = field(default_factory=Evaluate)
    runtime: Runtime = field(default_factory=Runtime)


def load(path: Path = Path("config.yaml"), overrides: Sequence[str] = ()) -> Config:
    """The settings in `path`, changed by `section.key=value`."""
    config = settings.read(Config, path, overrides)
    if config.data.source != "builtin" or config.data.target:
        return config
    target = "Origin" if config.task == "classification" else "Miles_per_Gallon"
    return replace(config, data=replace(config.data, target=target, group="Name"))
