"""Compares a window of new data with the reference; the only function that decides what drifted.

It keeps nothing between calls, so an alarm closes by itself when its cause is gone.

The limit of a p-value: false alarms per quarter, divided by the windows of a quarter and by the
number of tests (Bonferroni). The expected number of false alarms is then at most that number, also
for correlated features, since expectations add up.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..errors import UserError, suggest
from . import feature_tests, season, whole_test
from .feature_tests import Kind, Test
from .sample import Sample
from .settings import DriftSettings, MinEffects

WHOLE_SHARE = 0.1  # of the false alarms: for the test of all features together
UNITS: dict[Kind, str] = {
    "number": "sd",
    "category": "of the rows",
    "missing values": "of the rows",
    "new values": "of the rows",
    "all features together": "AUC",
}


@dataclass(frozen=True)
class Finding:
    """A test with its limits and what they decide."""

    test: Test
    p_limit: float
    min_effect: float
    smallest: float  # the change that this window would show in nine of ten cases; NaN: unknown

    @property
    def drifted(self) -> bool:
        """Whether the change is both no chance and large enough to matter."""
        return self.test.p < self.p_limit and self.test.effect >= self.min_effect

    @property
    def name(self) -> str:
        """The feature, and what of it is tested."""
        test = self.test
        if test.kind in ("missing values", "new values"):
            return f"{test.feature} ({test.kind})"
        return test.feature

    def to_json(self) -> dict[str, Any]:
        """Returns what reports/drift.json has of it."""
        test = self.test
        return {
            "feature": test.feature,
            "kind": test.kind,
            "drifted": self.drifted,
            "p": test.p,
            "p_limit": self.p_limit,
            "effect": test.effect,
            "effect_unit": UNITS[test.kind],
            "min_effect": self.min_effect,
            "reference": test.before,
            "window": test.after,
            "value": test.value,
            "rows": {"reference": test.rows[0], "window": test.rows[1]},
            "psi": test.psi,
        }


@dataclass(frozen=True)
class Comparison:
    """What the tests of one window found, those that drifted first."""

    findings: tuple[Finding, ...]
    untested: tuple[str, ...]  # features with the same value in every row, or too few values
    rows: tuple[int, int]  # of the reference, within the season, and of the window

    @property
    def drifted(self) -> list[Finding]:
        """The findings that are an alarm."""
        return [finding for finding in self.findings if finding.drifted]


def compare(
    reference: Sample, window: Sample, settings: DriftSettings, seed: int = 0
) -> Comparison:
    """Returns what has changed; raises UserError when the window cannot be compared.

    `seed` draws the rows of the classifier: pass another one for each window of a simulation.
    """
    if len(window) < settings.min_rows:
        raise UserError(
            f"{len(window)} rows are too few to compare: at least {settings.min_rows} are required "
            '("min_rows" in drift.yaml)'
        )
    if len(reference) < settings.min_rows:
        raise UserError(
            f"the reference has {len(reference)} rows, too few to compare with: at least "
            f'{settings.min_rows} are required ("min_rows" in drift.yaml)'
        )
    _refuse_other_columns(reference, window)
    matched = season.match_season(reference, window, settings.min_rows)
    names = [name for name in matched.columns if name not in settings.ignore]
    tests: list[Test] = []
    for name in names:
        tests += feature_tests.test_column(name, matched.columns[name], window.columns[name])
    kept = {name: matched.columns[name] for name in names}
    before = Sample(kept, matched.embeddings)
    whole = whole_test.test_whole(before, window, seed)
    findings = list(_decide(tests, whole, settings))
    findings.sort(key=_order)
    tested = {test.feature for test in tests}
    untested = tuple(name for name in names if name not in tested)
    return Comparison(tuple(findings), untested, (len(matched), len(window)))


def format_effect(finding: Finding, effect: float) -> str:
    """Returns a size of a change with its unit."""
    unit = UNITS[finding.test.kind]
    return f"{effect:.1%} of rows" if unit == "of the rows" else f"{effect:.2f} {unit}"


def _order(finding: Finding) -> tuple[bool, bool, float]:
    """Those that drifted first, and single features before all of them together."""
    is_whole = finding.test.kind == "all features together"
    return not finding.drifted, is_whole, finding.test.p


def _decide(tests: list[Test], whole: Test | None, settings: DriftSettings) -> Iterator[Finding]:
    budget = settings.false_alarms_per_window
    of_whole = WHOLE_SHARE * budget if whole else 0.0
    for test in tests:
        p_limit = (budget - of_whole) / len(tests)
        min_effect = _find_min_effect(test.kind, settings.min_effects)
        smallest = feature_tests.smallest_change(test, p_limit, min_effect)
        yield Finding(test, p_limit, min_effect, smallest)
    if whole:
        yield Finding(whole, of_whole, settings.min_effects.auc, float("nan"))


def _find_min_effect(kind: Kind, limits: MinEffects) -> float:
    values: dict[Kind, float] = {
        "number": limits.shift_sd,
        "category": limits.share,
        "missing values": limits.missing_share,
        "new values": limits.new_share,
    }
    return values[kind]


def _refuse_other_columns(reference: Sample, window: Sample) -> None:
    for name, column in reference.columns.items():
        if name not in window.columns:
            hint = suggest(name, window.columns)
            raise UserError(f'the new data has no feature "{name}", which the profile has. {hint}')
        kind = window.columns[name].kind
        if kind != column.kind:
            raise UserError(f'the feature "{name}" is a {kind}, and a {column.kind} in the profile')
