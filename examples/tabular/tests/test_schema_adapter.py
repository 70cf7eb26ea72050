"""The schema has every column that is used."""

from typing import Any

import pytest

from churn.adapters.schema import read_columns
from churn.mlops.project import PREPARED
from churn.mlops.schema.rules import find_violations, infer_rules


@pytest.mark.usefixtures("prepared")
def test_every_column_in_use_and_the_target_are_fields(settings: Any) -> None:
    columns = read_columns(settings, PREPARED)
    assert settings.data.target in columns
    assert len(columns) > 1
    rules = {name: infer_rules(column) for name, column in columns.items()}
    assert find_violations(rules, columns) == {}
