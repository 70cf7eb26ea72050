"""What the schema says about documents and questions."""

from dataclasses import replace

import pytest

from nimble_package import config, data
from nimble_package.adapters import schema as fields
from nimble_package.mlops.schema import rules


@pytest.mark.usefixtures("prepared")
def test_questions_are_described_by_kind_and_sources(settings: config.Config) -> None:
    described = fields.describe(settings)
    assert "answerable" in described["kind of a question"]["allowed"]
    assert described["sources of a question"]["most"] >= 1
    assert rules.broken(described, described) == {}


@pytest.mark.usefixtures("prepared")
def test_documents_in_another_script_break_the_rules(
    settings: config.Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected, splits = fields.describe(settings), data.load(settings)
    texts = dict.fromkeys(splits.documents, "Ωμέγα " * 100)
    monkeypatch.setattr(data, "load", lambda _: replace(splits, documents=texts))
    assert ("document", "allowed") in rules.broken(expected, fields.describe(settings))
