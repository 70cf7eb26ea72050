"""The dataset card is complete and up to date."""

from pathlib import Path

import pytest

from churn.mlops.dataset_card import card
from churn.mlops.schema import schema_file
from churn.mlops.schema.schema_file import SCHEMA
from churn.project import PROJECT

ROOT = Path(__file__).parents[1]


def test_every_section_has_an_answer() -> None:
    assert card.read_answers(ROOT / card.ANSWERS).keys() == {"about", *card.SECTIONS}


def test_the_card_is_up_to_date() -> None:
    schema = schema_file.read(ROOT / SCHEMA)
    if schema is None:
        pytest.skip('data/schema.yaml is missing: "uv run poe data" writes it and the card')
    answers = card.read_answers(ROOT / card.ANSWERS)
    expected = card.render(
        PROJECT.load_config(ROOT / "config.yaml", []).experiment, schema, answers
    )
    found = (ROOT / card.CARD).read_text(encoding="utf-8")
    assert found == expected, 'docs/dataset-card.md is outdated: run "uv run poe data"'
