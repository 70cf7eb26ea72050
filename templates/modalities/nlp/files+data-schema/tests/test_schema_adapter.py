"""The schema has scripts, lengths and labels of the texts."""

from dataclasses import replace

import pytest

from nimble_package import config
from nimble_package.adapters.schema import read_columns
from nimble_package.mlops.nlp.scripts import find_scripts
from nimble_package.mlops.project import PREPARED
from nimble_package.mlops.schema.rules import find_violations, infer_rules


def test_scripts_are_those_that_have_a_noticeable_share_of_the_letters() -> None:
    assert find_scripts(["Hello", "Привет", "12 !?"]) == ["cyrillic", "latin"]
    assert find_scripts(["a" * 1000 + "я"]) == ["latin"]
    assert find_scripts(["你好", "こんにちは"]) == ["cjk", "hiragana"]
    assert find_scripts([]) == []


@pytest.mark.usefixtures("prepared")
def test_texts_are_described_by_script_length_and_label(settings: config.Config) -> None:
    columns = read_columns(settings, PREPARED)
    rules = {name: infer_rules(column) for name, column in columns.items()}
    shortest, longest = rules["letters in a text"]["min"], rules["letters in a text"]["max"]
    assert isinstance(shortest, int)
    assert isinstance(longest, int)
    assert 0 < shortest < longest
    labels = rules["label"]["allowed"]
    assert isinstance(labels, list)
    assert len(labels) >= 2
    assert find_violations(rules, columns) == {}


@pytest.mark.usefixtures("prepared")
def test_a_text_in_another_script_breaks_the_rules(settings: config.Config) -> None:
    columns = read_columns(settings, PREPARED)
    rules = {name: infer_rules(column) for name, column in columns.items()}
    scripts = replace(columns["script"], values=["runic"])
    violations = find_violations(rules, {**columns, "script": scripts})
    assert set(violations) == {("script", "allowed")}
