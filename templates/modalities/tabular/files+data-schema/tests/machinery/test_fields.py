"""What the schema says about columns."""

from typing import Any

import pandas as pd
import pytest

from nimble_package import config
from nimble_package.adapters import schema as fields
from nimble_package.mlops.schema import rules


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        ([1.0, 2.5, None, 4.0], "number", {"missing": 0.25, "least": 1, "most": 4}),
        (["b", "a", "b"], "category", {"missing": 0.0, "allowed": ["a", "b"]}),
        (["2026-01-02", "2025-01-01"], "date", {"least": "2025-01-01", "most": "2026-01-02"}),
        ([f"level {n}" for n in range(99)], "category", {"missing": 0.0}),
        ([None, None], "number", {"missing": 1.0}),
    ],
)
def test_a_column_is_described_by_its_kind(
    values: list[Any], kind: str, expected: dict[str, Any]
) -> None:
    described = fields.column(pd.Series(values), kind)
    assert described | {"kind": kind} == {"missing": 0.0, **expected, "kind": kind}


@pytest.mark.usefixtures("prepared")
def test_every_column_in_use_and_the_target_are_fields(settings: config.Config) -> None:
    described = fields.describe(settings)
    assert settings.data.target in described
    assert rules.broken(described, described) == {}
