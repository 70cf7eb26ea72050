"""What a search may change: tuning.yaml, checked against config.yaml before anything is trained."""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml
from optuna.distributions import (
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from ...project import PROJECT
from .. import config as config_reader
from ..errors import UserError, suggest

FILE = Path("tuning.yaml")
NOT_TUNED = ("experiment", "data", "evaluate", "runtime")  # they say what is compared, and how
RANGE_KEYS = ("low", "high", "step", "log")

Distribution = CategoricalDistribution | FloatDistribution | IntDistribution
SearchSpace = Mapping[str, Distribution]  # setting, such as "model.width" -> its values


@dataclass(frozen=True)
class TuningSettings:
    """The settings of tuning.yaml."""

    metric: str  # of `poe train`, so never of the test split
    space: dict[str, Any] = field(default_factory=dict)  # setting -> values, or low and high
    direction: Literal["maximize", "minimize"] = "maximize"
    method: Literal["tpe", "random", "grid"] = "tpe"
    trials: int = 20
    seed: int = 0
    fixed: tuple[str, ...] = ()  # `section.key=value` of every trial


def read(config_file: Path, overrides: Sequence[str]) -> tuple[TuningSettings, SearchSpace]:
    """Returns the settings and the search space; raises UserError for a value that cannot be."""
    settings = config_reader.read(TuningSettings, FILE)
    base = [*settings.fixed, *overrides]
    PROJECT.load_config(config_file, base)
    if not settings.space:
        raise UserError(f'"space" in {FILE} is empty: name settings and their values')
    for override in base:
        if override.partition("=")[0] in settings.space:
            raise UserError(f'"{override}" is chosen by the search: see "space" in {FILE}')
    space = {}
    for key, value in settings.space.items():
        _refuse_not_tuned(key)
        try:
            space[key] = _make_distribution(config_file, base, key, value)
        except (UserError, ValueError) as error:  # ValueError: Optuna's own checks
            message = " ".join(str(error).split())
            raise UserError(f'"space: {key}" in {FILE}: {message}') from None
    lists = [isinstance(one, CategoricalDistribution) for one in space.values()]
    if settings.method == "grid" and not all(lists):
        raise UserError(f'"method" in {FILE} is "grid": every setting needs a list of values')
    return settings, space


def _refuse_not_tuned(key: str) -> None:
    section = key.partition(".")[0]
    if section in NOT_TUNED or section == key:
        raise UserError(
            f'"{key}" in {FILE} cannot be tuned: {", ".join(NOT_TUNED)} say what is compared. '
            "Settings of the other sections can"
        )


def _make_distribution(
    config_file: Path, base: Sequence[str], key: str, value: Any
) -> Distribution:
    """The values of one setting; each has a type that config.yaml accepts."""
    if isinstance(value, list):
        texts = [format_value(one) for one in value]
        if len(set(texts)) < max(len(texts), 1):
            raise UserError("the list is empty, or has a value twice")
        for text in texts:
            PROJECT.load_config(config_file, [*base, f"{key}={text}"])
        return CategoricalDistribution(texts)
    if not isinstance(value, dict):
        raise UserError(f'"{value}" is neither a list of values nor {{ low: …, high: … }}')
    return _make_range(config_file, base, key, value)


def _make_range(
    config_file: Path, base: Sequence[str], key: str, value: Mapping[str, Any]
) -> FloatDistribution | IntDistribution:
    for name in value:
        if name not in RANGE_KEYS:
            raise UserError(f'"{name}" is not a setting. {suggest(name, RANGE_KEYS)}')
    low, high = (_read_number(value, name) for name in ("low", "high"))
    if not low < high:
        raise UserError("low has to be below high")
    types = set()
    for end in (low, high):
        config = PROJECT.load_config(config_file, [*base, f"{key}={end:g}"])
        types.add(type(get_value(config, key)))
    log, step = bool(value.get("log")), value.get("step")
    if types == {int}:
        return IntDistribution(int(low), int(high), log=log, step=int(step or 1))
    if types <= {int, float}:
        return FloatDistribution(low, high, log=log, step=step)
    raise UserError("it is not a number: give a list of values")


def _read_number(value: Mapping[str, Any], name: str) -> float:
    number = value.get(name)
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise UserError(f"{name} has to be a number")
    return number


def read_defaults(space: SearchSpace, config: Any) -> dict[str, Any] | None:
    """Returns the values of config.yaml as a trial; None when the space has no such point."""
    defaults = {}
    for key, distribution in space.items():
        value = get_value(config, key)
        if isinstance(distribution, CategoricalDistribution):
            value = format_value(value)
        if not _contains(distribution, value):
            return None
        defaults[key] = value
    return defaults


def _contains(distribution: Distribution, value: Any) -> bool:
    if isinstance(distribution, CategoricalDistribution):
        return value in distribution.choices
    if not distribution.low <= value <= distribution.high:
        return False
    if not distribution.step:
        return True
    steps = (value - distribution.low) / distribution.step
    return math.isclose(steps, round(steps), abs_tol=1e-9)


def list_combinations(space: SearchSpace) -> Iterator[dict[str, Any]]:
    """Yields every combination of the lists, in the order of the file."""
    lists = [one for one in space.values() if isinstance(one, CategoricalDistribution)]
    choices = [distribution.choices for distribution in lists]
    for values in itertools.product(*choices):
        yield dict(zip(space, values, strict=True))


def get_value(config: Any, key: str) -> Any:
    """Returns the value of `section.key`."""
    value = config
    for name in key.split("."):
        value = getattr(value, name)
    return value


def format_value(value: Any) -> str:
    """Returns a value as it is written after `--set key=`."""
    plain = list(value) if isinstance(value, tuple) else value
    text = yaml.safe_dump(plain, default_flow_style=True, width=10**6)
    return text.removesuffix("\n...\n").strip()


def format_parameter(value: Any) -> str:
    """Returns a value that Optuna chose as it is written after `--set key=`."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)
