"""The schema has every column that is used."""

from pathlib import Path

import pytest

from nimble_package import config
from nimble_package.adapters.schema import read_columns
from nimble_package.mlops.schema.rules import find_violations, infer_rules


@pytest.mark.usefixtures("prepared")
def test_every_column_in_use_and_the_target_are_fields(settings: config.Config) -> None:
    columns = read_columns(settings, Path("data/prepared"))
    assert settings.data.target in columns
    assert len(columns) > 1
    rules = {name: infer_rules(column) for name, column in columns.items()}
    assert find_violations(rules, columns) == {}
