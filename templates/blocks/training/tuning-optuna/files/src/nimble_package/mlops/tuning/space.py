"""What a search may change: sweep.yaml, held against the types of config.yaml before it runs."""

import dataclasses
import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import yaml

from ... import config
from .. import settings
from ..settings import UserError

if TYPE_CHECKING:
    from optuna.trial import Trial

JUDGE = ("experiment", "data", "evaluate", "runtime")  # they say what is judged, and how


@dataclass(frozen=True)
class Plan:
    """What sweep.yaml may say."""

    metric: str  # a figure of `poe train`, never one of the test split
    space: dict[str, Any] = field(default_factory=dict)  # setting -> values, or low and high
    direction: Literal["maximize", "minimize"] = "maximize"
    method: Literal["tpe", "random", "grid"] = "tpe"
    trials: int = 20
    seed: int = 0
    fixed: tuple[str, ...] = ()  # `section.key=value` of every trial


@dataclass(frozen=True)
class Choice:
    """Some values, written as after `--set key=`."""

    values: tuple[str, ...]

    def suggest(self, trial: "Trial", key: str) -> str:
        return str(trial.suggest_categorical(key, self.values))

    def ends(self) -> Sequence[str]:
        return self.values

    def place(self, value: Any) -> str | None:
        """A value as the search counts it; None when it is not among these."""
        return text if (text := write(value)) in self.values else None


@dataclass(frozen=True)
class Range:
    """From low to high: whole numbers or any, evenly, in steps, or evenly in their logarithm."""

    low: float
    high: float
    step: float | None = None
    log: bool = False
    whole: bool = False

    def suggest(self, trial: "Trial", key: str) -> str:
        if self.whole:
            low, high, step = int(self.low), int(self.high), int(self.step or 1)
            return str(trial.suggest_int(key, low, high, step=step, log=self.log))
        found = trial.suggest_float(key, self.low, self.high, step=self.step, log=self.log)
        return f"{found:.4g}"

    def ends(self) -> Sequence[str]:
        return f"{self.low:g}", f"{self.high:g}"

    def place(self, value: Any) -> float | None:
        """A value as the search counts it; None when it lies outside."""
        steps = (value - self.low) / self.step if self.step else 0.0
        inside = self.low <= value <= self.high and math.isclose(steps, round(steps), abs_tol=1e-9)
        return value if inside else None


Space = dict[str, Choice | Range]


def read(path: Path, file: Path, overrides: Sequence[str]) -> tuple[Plan, Space]:
    """The plan, and each of its settings tried at its ends on the types of the configuration."""
    plan, space = settings.read(Plan, path), Space()
    base = [*plan.fixed, *overrides]
    config.load(file, base)
    if not plan.space:
        raise UserError(f'"space" in {path} is empty: name settings, and what they may be')
    for one in base:
        if one.partition("=")[0] in plan.space:
            raise UserError(f'"{one}": the search itself chooses that, see "space" in {path}')
    for key, given in plan.space.items():
        section = key.partition(".")[0]
        if section in JUDGE or section == key:
            raise UserError(
                f'"{key}" in {path} is not for searching: {", ".join(JUDGE)} say what is judged. '
                "Settings of the other sections are"
            )
        try:
            space[key] = _dimension(file, base, key, given)
        except UserError as error:
            raise UserError(f'"space: {key}" in {path}: {error}') from None
    if plan.method == "grid" and not all(isinstance(one, Choice) for one in space.values()):
        raise UserError(f'"method" in {path} is "grid": every setting needs a list of values')
    return plan, space


def _dimension(file: Path, base: Sequence[str], key: str, given: Any) -> Choice | Range:
    """The values of one setting, each of a type that config.yaml takes."""
    found: Choice | Range
    if isinstance(given, list):
        values = tuple(write(value) for value in given)
        if len(set(values)) < max(len(values), 1):
            raise UserError("the list is empty, or holds a value twice")
        found = Choice(values)
    elif isinstance(given, dict):
        known = [field.name for field in dataclasses.fields(Range) if field.name != "whole"]
        for name in given:
            if name not in known:
                raise UserError(f'"{name}" is not known here. {settings.nearest(name, known)}')
        numbers = [given.get(name) for name in ("low", "high")]
        if not all(type(number) in (int, float) for number in numbers):
            raise UserError("low and high have to be numbers")
        found = Range(**given)
        if not found.low < found.high or (found.log and (found.low <= 0 or found.step)):
            raise UserError("low has to be below high; with log: true above 0, and without a step")
    else:
        raise UserError(f'"{given}" is neither a list of values nor {{ low: …, high: … }}')
    kinds = {type(value(config.load(file, [*base, f"{key}={end}"]), key)) for end in found.ends()}
    if isinstance(found, Range):
        if not kinds <= {int, float}:
            raise UserError("it is no number: give a list of values")
        found = dataclasses.replace(found, whole=kinds == {int})
    return found


def as_it_is(space: Space, settings_: config.Config) -> dict[str, Any] | None:
    """The configuration's own values as a trial; None where the space has no such place."""
    places = {key: one.place(value(settings_, key)) for key, one in space.items()}
    return None if None in places.values() else places


def combinations(space: Space) -> Iterator[dict[str, Any]]:
    """Every combination of the choices, in the order of the file."""
    for values in itertools.product(*(one.ends() for one in space.values())):
        yield dict(zip(space, values, strict=True))


def value(settings_: config.Config, key: str) -> Any:
    """The value of `section.key`."""
    found: Any = settings_
    for name in key.split("."):
        found = getattr(found, name)
    return found


def write(value: Any) -> str:
    """A value as it stands after `--set key=`."""
    plain = list(value) if isinstance(value, tuple) else value
    return (
        yaml.safe_dump(plain, default_flow_style=True, width=10**6).removesuffix("\n...\n").strip()
    )
