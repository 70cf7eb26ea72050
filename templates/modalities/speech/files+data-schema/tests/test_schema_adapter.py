"""What the schema says about clips."""

from dataclasses import replace

import pytest

from nimble_package import config, data
from nimble_package.adapters import schema as fields
from nimble_package.mlops.schema import rules


@pytest.mark.usefixtures("prepared")
def test_clips_are_described_by_rate_length_and_keywords(settings: config.Config) -> None:
    described = fields.describe(settings)
    expected = {
        "kind": "sound",
        "rate": settings.features.rate,
        "seconds": settings.features.seconds,
    }
    assert described["clip"] == expected
    assert 0 < described["loudest sample of a clip"]["least"] <= 1
    assert rules.broken(described, described) == {}


@pytest.mark.usefixtures("prepared")
def test_a_silent_clip_breaks_the_rules(
    settings: config.Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected, splits = fields.describe(settings), data.load(settings)
    sound = splits.train.sound.copy()
    sound[0] = 0
    other = replace(splits, train=replace(splits.train, sound=sound))
    monkeypatch.setattr(data, "load", lambda _: other)
    wrong = rules.broken(expected, fields.describe(settings))
    assert set(wrong) == {("loudest sample of a clip", "least")}
