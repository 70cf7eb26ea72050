"""How probabilities become a class: the highest one wins, or for two classes a threshold.

Saved next to the model as decision.json, for what a training decided has to hold in predictions.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from .errors import UserError, suggest
from .files import load_json, save_json
from .metric_settings import MetricSettings

FILE = "decision.json"
FORM = "a number between 0 and 1, recall>=0.9, precision>=0.8, cost_ratio=5"
YAML_WORDS = {True: ("true", "yes", "on"), False: ("false", "no", "off")}

RuleKind = Literal["number", "recall", "precision", "cost_ratio"]


@dataclass(frozen=True)
class Decision:
    """What is needed to turn probabilities into a class."""

    positive: int | None = None  # class number; None: there are not two classes
    threshold: float = 0.5  # lowest probability of the positive class that is answered with it
    rule: str = "0.5"  # how the threshold was chosen
    baseline_threshold: float = 0.5  # chosen by the same rule for the baseline

    def classify(self, y_prob: NDArray[Any]) -> NDArray[np.intp]:
        """Returns class numbers; `y_prob` has probabilities, shape (..., classes)."""
        if self.positive is None:
            return np.asarray(y_prob.argmax(axis=-1))
        is_positive = y_prob[..., self.positive] >= self.threshold
        return np.where(is_positive, self.positive, 1 - self.positive)


def save(decision: Decision, model_directory: Path) -> None:
    """Writes decision.json next to a model."""
    save_json(model_directory / FILE, asdict(decision))


def read(model_directory: Path) -> Decision:
    """Returns the decision of a model; without decision.json the most probable class wins."""
    path = model_directory / FILE
    if not path.is_file():
        return Decision()
    return Decision(**load_json(path))


@dataclass(frozen=True)
class Rule:
    """How the threshold is chosen."""

    kind: RuleKind
    value: float


def read_rule(threshold: float | str) -> Rule:
    """Returns the rule in `evaluate.threshold`; raises UserError for any other text."""
    text = str(threshold).replace(" ", "")
    found = re.fullmatch(r"(?:(recall|precision)>=|(cost_ratio)=)?([0-9.eE+-]+)", text)
    kind: Any = "number"
    value = math.nan
    if found:
        kind = found[1] or found[2] or "number"
        value = _read_number(found[3])
    is_allowed = value > 0 if kind == "cost_ratio" else 0 < value < 1
    is_allowed = is_allowed or (kind in ("recall", "precision") and value == 1)
    if not is_allowed or math.isinf(value):
        raise UserError(f'"evaluate.threshold" is "{threshold}". Allowed: {FORM}')
    return Rule(kind, value)


def _read_number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def find_positive(
    settings: MetricSettings, classes: Sequence[str], y_train: NDArray[Any]
) -> int | None:
    """Returns the number of the positive class: the configured one, else the rarer one.

    Raises UserError for a name that is not a class, and for settings that would have no effect
    because there are not two classes.
    """
    rule = read_rule(settings.threshold)
    if len(classes) != 2:
        _refuse_settings_for_two_classes(settings, rule, classes)
        return None
    if settings.positive == "":
        counts = np.bincount(y_train, minlength=2)
        return 0 if counts[0] < counts[1] else 1
    name = _find_class(settings.positive, classes)
    if name not in classes:
        hint = suggest(name, classes)
        raise UserError(f'"evaluate.positive" is "{settings.positive}". {hint}')
    return list(classes).index(name)


def _find_class(value: str | bool | int | float, classes: Sequence[str]) -> str:
    """The class that a value of config.yaml means: YAML reads an unquoted yes as true."""
    name = str(value)
    if name in classes or not isinstance(value, bool):
        return name
    meant = [known for known in classes if known.lower() in YAML_WORDS[value]]
    return meant[0] if len(meant) == 1 else name


def _refuse_settings_for_two_classes(
    settings: MetricSettings, rule: Rule, classes: Sequence[str]
) -> None:
    what = f"{len(classes)} classes" if classes else "numbers"
    message = f"which needs two classes, and the target has {what}: remove it"
    if settings.positive != "":
        raise UserError(f'"evaluate.positive" is "{settings.positive}", {message}')
    if rule != Rule("number", 0.5):
        raise UserError(f'"evaluate.threshold" is "{settings.threshold}", {message}')


def choose_threshold(rule: Rule, is_positive: NDArray[np.bool_], y_prob: NDArray[Any]) -> float:
    """Returns the threshold for probabilities of the positive class, both of shape (n,).

    Of all that reach the required recall it is the one with the fewest false alarms, of all that
    reach the required precision the one that finds most. Raises UserError when none does.
    """
    if rule.kind == "number":
        return rule.value
    if not is_positive.any():
        raise UserError(
            f'"evaluate.threshold" cannot be chosen for {rule.kind}: no example of the validation '
            "data is of the positive class. Set a number, or add data"
        )
    thresholds, found, false_alarms = _count_for_each_threshold(is_positive, y_prob)
    missed = is_positive.sum() - found
    if rule.kind == "cost_ratio":
        costs = rule.value * missed + false_alarms
        return float(thresholds[costs.argmin()])
    if rule.kind == "recall":
        keeps = found / is_positive.sum() >= rule.value
        return float(thresholds[keeps.argmax()])
    answered = np.maximum(found + false_alarms, 1)
    precision = found / answered
    keeps = precision >= rule.value
    if not keeps.any():
        raise UserError(
            f'"evaluate.threshold" is precision>={rule.value:g}, but the highest precision on the '
            f"validation data is {precision.max():.2f}: ask for less, or improve the model"
        )
    return float(thresholds[np.flatnonzero(keeps)[-1]])


def _count_for_each_threshold(
    is_positive: NDArray[np.bool_], y_prob: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Thresholds from high to low, and the true and the false positives of each.

    A threshold is halfway between two probabilities, so that rounding them does not matter.
    """
    order = np.argsort(-y_prob, kind="stable")
    sorted_prob = y_prob[order].astype(np.float64)
    is_last = np.append(np.diff(sorted_prob) != 0, True)  # of equal probabilities
    found = np.cumsum(is_positive[order])[is_last]
    false_alarms = np.cumsum(~is_positive[order])[is_last]
    values = sorted_prob[is_last]
    next_lower = np.append(values[1:], 0.0)
    halfway = (values + next_lower) / 2
    above_all = np.nextafter((values[0] + 1) / 2, 2)
    thresholds = np.concatenate([[above_all], halfway])
    return thresholds, np.append(0, found), np.append(0, false_alarms)
