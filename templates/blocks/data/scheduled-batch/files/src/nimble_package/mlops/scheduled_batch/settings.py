"""The settings of batch.yaml."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from pydantic import Field

from .. import config
from ..batch.parts import FORMATS, Format
from ..errors import UserError, suggest
from ..hooks import HOOKS

FILE = Path("batch.yaml")
DATE = "{date}"
Share = Annotated[float, Field(ge=0, le=1)]


@dataclass(frozen=True)
class Checks:
    """What has to hold before predictions are published."""

    min_rows: Annotated[int, Field(ge=0)] = 1
    max_rejects: Share = 0.01
    max_share: Share = 0.99
    ignore: tuple[str, ...] = ()


@dataclass(frozen=True)
class Labels:
    """What has to hold once labels are there."""

    min_score: float | None = None
    min_labels: Annotated[int, Field(ge=1)] = 30


@dataclass(frozen=True)
class Settings:
    """The content of batch.yaml."""

    inputs: tuple[str, ...] = ()
    sink: str = "predictions"
    format: Format = "parquet"
    id: str = ""
    max_age_hours: Annotated[float, Field(ge=0)] = 0
    checks: Checks = field(default_factory=Checks)
    labels: Labels = field(default_factory=Labels)

    @property
    def is_file(self) -> bool:
        """Whether the sink is a file that each run replaces."""
        return Path(self.sink).suffix.lstrip(".") in FORMATS

    @property
    def output_format(self) -> Format:
        """The format of the predictions."""
        suffix = Path(self.sink).suffix.lstrip(".")
        return next((name for name in FORMATS if name == suffix), self.format)

    def name_inputs(self, date: str) -> list[str]:
        """Returns the inputs of a day."""
        return [name.replace(DATE, date) for name in self.inputs]


def read(file: Path = FILE) -> Settings:
    """Returns the settings; raises UserError for one that makes no sense."""
    settings = config.read(Settings, file)
    if not settings.sink.strip():
        raise UserError(f'"sink" in {file} is empty: name a folder, or a .parquet or .csv file')
    for name in settings.checks.ignore:
        if name not in HOOKS.batch_checks:
            known = suggest(name, HOOKS.batch_checks)
            raise UserError(f'"{name}" in "checks.ignore" of {file} is not a check. {known}')
    return settings
