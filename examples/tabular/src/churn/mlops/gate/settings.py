"""The settings of gate.yaml."""

from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..errors import UserError, suggest
from .decision import ApprovalRule

SETTINGS = Path("gate.yaml")
WORSE_ALPHA = 0.01  # at which a challenger counts as worse
GUARD_ALPHA = 0.05  # of the non-inferiority of a guard

Share = Annotated[float, Field(gt=0, lt=1)]
Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]


class Section(BaseModel):
    """A part of gate.yaml: it never changes, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class HoldoutSettings(Section):
    """Which examples are frozen; `poe gate --freeze` writes the three values."""

    sha256: str = ""
    examples: int = 0
    since: str = ""


class PrimarySettings(Section):
    """The test of the primary metric."""

    min_gain: Positive = 0.02  # the smallest gain that is worth a promotion, on the metric's scale
    alpha_per_year: Share = 0.05  # probability of a promotion by mistake, in a whole year
    looks_per_year: Count = 52
    # How many models are compared on the holdout before one of them is brought to the gate.
    candidates_per_look: Count = 5
    numbers: Literal["when decided", "always"] = "when decided"

    @property
    def alpha_per_look(self) -> float:
        """The significance of one look: all candidates of all looks share that of the year."""
        return self.alpha_per_year / (self.looks_per_year * self.candidates_per_look)


class GuardSettings(Section):
    """What must not become worse when the primary metric becomes better."""

    margin: Positive = 0.02  # a loss up to this is accepted
    metrics: tuple[str, ...] = ()  # as `evaluate.metric` of config.yaml names them
    slices: tuple[str, ...] = ()  # columns: each value is a slice
    min_samples: Count = 30  # a smaller slice is named, and cannot refuse


class FloorSettings(Section):
    """What every new champion has to reach, the first one too."""

    min_score: float | None = None  # None: evaluate.min_score of config.yaml
    beat_baselines: bool = True
    cases: dict[str, float] = {}  # an input as text, or its id -> lowest score


class BudgetSettings(Section):
    """What one prediction and the saved model may cost."""

    latency_ms: Positive = 1000.0
    model_mb: Positive = 1000.0


class GateSettings(Section):
    """The content of gate.yaml."""

    holdout: HoldoutSettings = HoldoutSettings()
    champion: str = "models/champion"  # its directory, where there is no registry
    primary: PrimarySettings = PrimarySettings()
    guards: GuardSettings = GuardSettings()
    floors: FloorSettings = FloorSettings()
    budget: BudgetSettings = BudgetSettings()
    approval: ApprovalRule = "person"
    repeats: Count = 3  # of each example, where a model answers with texts that vary


def read(path: Path = SETTINGS) -> GateSettings:
    """Returns the settings; raises UserError that names the key, its value and what is allowed."""
    try:
        content = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UserError(
            f'"{path}" is missing: restore it from git, or start in the folder of the repository'
        ) from None
    except UnicodeDecodeError:
        raise UserError(f'"{path}" is not UTF-8: save it as UTF-8') from None
    return parse(content, path)


def parse(content: str, path: Path = SETTINGS) -> GateSettings:
    """Returns the settings in the text of a file."""
    try:
        tree = yaml.safe_load(content)
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())
        raise UserError(f'"{path}" is not valid YAML: {reason}') from None
    if tree is None:
        tree = {}
    if not isinstance(tree, dict):
        raise UserError(f'"{path}" is not a mapping: write "section:" and "key: value" lines')
    try:
        return GateSettings.model_validate(tree)
    except ValidationError as error:
        raise UserError(_describe(error, path)) from None


def _describe(error: ValidationError, path: Path) -> str:
    first = error.errors()[0]
    keys = [str(part) for part in first["loc"]]
    name = ".".join(keys)
    if first["type"] == "extra_forbidden":
        known = _find_section(keys[:-1]).model_fields
        return f'"{name}" in {path} is not a setting. {suggest(keys[-1], known)}'
    value = first["input"]
    if isinstance(value, dict):
        return f'"{name}" in {path}: {first["msg"]}'
    return f'"{name}" in {path} is "{value}": {first["msg"]}'


def _find_section(keys: list[str]) -> type[BaseModel]:
    section: Any = GateSettings
    for key in keys:
        section = section.model_fields[key].annotation
    found: type[BaseModel] = section
    return found
