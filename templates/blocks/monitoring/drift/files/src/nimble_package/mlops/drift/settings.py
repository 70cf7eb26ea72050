"""The settings of drift.yaml."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from .. import config

SETTINGS = Path("drift.yaml")


@dataclass(frozen=True)
class MinEffects:
    """The smallest change that is an alarm, however many rows show it."""

    __pydantic_config__: ClassVar[ConfigDict] = {"extra": "forbid"}
    shift_sd: Annotated[float, Field(ge=0, le=5)] = 0.1
    share: Annotated[float, Field(ge=0, le=1)] = 0.02
    missing_share: Annotated[float, Field(ge=0, le=1)] = 0.02
    new_share: Annotated[float, Field(ge=0, le=1)] = 0.01
    auc: Annotated[float, Field(ge=0.5, le=1)] = 0.55


@dataclass(frozen=True)
class Reference:
    """Which profile was accepted, by whom and why; an empty hash: that of the model, whichever."""

    __pydantic_config__: ClassVar[ConfigDict] = {"extra": "forbid"}
    sha256: str = ""
    accepted_by: str = ""
    reason: str = ""


@dataclass(frozen=True)
class DriftSettings:
    """The content of drift.yaml."""

    false_alarms_per_quarter: Annotated[float, Field(gt=0, le=10)] = 0.5
    windows_per_quarter: Annotated[int, Field(ge=1, le=10_000)] = 91
    min_rows: Annotated[int, Field(ge=20, le=1_000_000)] = 50
    season: Literal["auto", "weekday", "none"] = "auto"
    ignore: tuple[str, ...] = ()
    min_effects: MinEffects = field(default_factory=MinEffects)
    reference: Reference = field(default_factory=Reference)

    @property
    def false_alarms_per_window(self) -> float:
        """How many false alarms one window may raise, on average."""
        return self.false_alarms_per_quarter / self.windows_per_quarter


def read(path: Path = SETTINGS) -> DriftSettings:
    """Returns the settings of drift.yaml; without the file, what it has when it is written."""
    if not path.is_file():
        return DriftSettings()
    return config.read(DriftSettings, path)
