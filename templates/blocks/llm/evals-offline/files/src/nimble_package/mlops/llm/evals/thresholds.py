"""Compares metrics with their thresholds; reports/evals.json has the result."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from pydantic import TypeAdapter

from ...errors import UserError, suggest
from ...files import load_json, save_json
from ...project import REPORTS
from .settings import THRESHOLDS, Bounds

REPORT = REPORTS / "evals.json"


@dataclass(frozen=True)
class Check:
    """One metric and its threshold."""

    metric: str
    value: float
    threshold: str  # "": reported only
    kept: bool

    def __str__(self) -> str:
        """Returns a line of the table."""
        verdict = "MISSED"
        if self.kept:
            verdict = "kept" if self.threshold else "reported only"
        return f"{self.metric:20} {self.value:8.4f}  {self.threshold:10} {verdict}"


def check(metrics: Mapping[str, float], bounds: Mapping[str, Bounds]) -> list[Check]:
    """Returns one check for each threshold; raises UserError for an unknown metric."""
    checks = []
    for name, limits in bounds.items():
        if name not in metrics:
            hint = suggest(name, metrics)
            raise UserError(f'"{name}" in {THRESHOLDS.as_posix()} is not a metric. {hint}')
        value = metrics[name]
        checks.append(Check(name, value, str(limits), limits.has(value)))
    return checks


def save(metrics: Mapping[str, float], checks: list[Check], cost: float) -> None:
    """Writes reports/evals.json; `cost` is what the graders cost in USD."""
    rows = [asdict(check) for check in checks]
    save_json(REPORT, {"metrics": dict(metrics), "thresholds": rows, "graders_usd": cost})


def load() -> list[Check]:
    """Returns the checks of the last evaluation."""
    return TypeAdapter(list[Check]).validate_python(load_json(REPORT)["thresholds"])
