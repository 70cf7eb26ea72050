"""The schema has columns of documents and questions."""

import dataclasses
from typing import Any

import pytest

from nimble_package import data
from nimble_package.adapters.schema import read_columns
from nimble_package.mlops.project import PREPARED
from nimble_package.mlops.schema.rules import find_violations, infer_rules


@pytest.mark.usefixtures("prepared")
def test_questions_are_described_by_kind_and_sources(settings: Any) -> None:
    columns = read_columns(settings, PREPARED)
    rules = {name: infer_rules(column) for name, column in columns.items()}
    assert "answerable" in rules["kind of a question"]["allowed"]  # type: ignore[operator]  # a list
    assert rules["sources of a question"]["max"] >= 1  # type: ignore[operator]  # a number
    assert find_violations(rules, columns) == {}


@pytest.mark.usefixtures("prepared")
def test_documents_in_another_script_break_the_rules(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = read_columns(settings, PREPARED)
    rules = {name: infer_rules(column) for name, column in columns.items()}
    splits = data.load(settings)
    texts = dict.fromkeys(splits.test.documents, "Ωμέγα " * 100)
    test = dataclasses.replace(splits.test, documents=texts)
    changed = dataclasses.replace(splits, test=test)
    monkeypatch.setattr(data, "load", lambda *_: changed)
    violations = find_violations(rules, read_columns(settings, PREPARED))
    assert ("script of the documents", "allowed") in violations
