"""What the schema says about texts."""

import pytest

from nimble_package import config
from nimble_package.adapters import schema as fields
from nimble_package.mlops.schema import rules


def test_scripts_are_those_that_make_up_a_part_of_the_letters() -> None:
    assert fields.scripts(["Hello", "Привет", "12 !?"]) == ["cyrillic", "latin"]
    assert fields.scripts(["a" * 1000 + "я"]) == ["latin"]
    assert fields.scripts(["你好", "こんにちは"]) == ["cjk", "hiragana"]
    assert fields.scripts([]) == []


@pytest.mark.usefixtures("prepared")
def test_texts_are_described_by_length_script_and_label(settings: config.Config) -> None:
    described = fields.describe(settings)
    assert 0 < described["letters in a text"]["least"] < described["letters in a text"]["most"]
    assert len(described["label"]["allowed"]) >= 2
    assert rules.broken(described, described) == {}
    narrowed = {**described, "text": {"kind": "text", "allowed": ["runic"]}}
    assert set(rules.broken(narrowed, described)) == {("text", "allowed")}
