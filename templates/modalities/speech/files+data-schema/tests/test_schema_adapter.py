"""The schema describes clips by rate, length, peak, keywords and speakers."""

from dataclasses import replace
from typing import Any

import pytest

from nimble_package import data
from nimble_package.adapters.schema import read_columns
from nimble_package.mlops.project import PREPARED
from nimble_package.mlops.schema.rules import find_violations, infer_rules


@pytest.mark.usefixtures("prepared")
def test_clips_have_one_rate_one_length_and_keep_their_own_rules(settings: Any) -> None:
    columns = read_columns(settings, PREPARED)
    rules = {name: infer_rules(column) for name, column in columns.items()}
    rate = settings.features.sample_rate
    seconds = settings.features.seconds
    assert rules["sample_rate"] == {"kind": "number", "min": rate, "max": rate}
    assert rules["seconds"] == {"kind": "number", "min": seconds, "max": seconds}
    assert 0 < rules["peak"]["min"] <= rules["peak"]["max"] <= 1
    assert find_violations(rules, columns) == {}


@pytest.mark.usefixtures("prepared")
def test_a_silent_clip_breaks_the_rule_for_the_lowest_peak(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = read_columns(settings, PREPARED)
    rules = {name: infer_rules(column) for name, column in columns.items()}
    splits = data.load(settings)
    clips = splits.train.clips.copy()
    clips[0] = 0
    changed = replace(splits, train=replace(splits.train, clips=clips))
    monkeypatch.setattr(data, "load", lambda *_: changed)
    violations = find_violations(rules, read_columns(settings, PREPARED))
    assert set(violations) == {("peak", "min")}
