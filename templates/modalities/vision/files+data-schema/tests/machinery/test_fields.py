"""What the schema says about images."""

from dataclasses import replace

import pytest

from nimble_package import config, data
from nimble_package.adapters import schema as fields
from nimble_package.mlops.schema import rules


@pytest.mark.usefixtures("prepared")
def test_images_are_described_by_shape_light_and_labels(settings: config.Config) -> None:
    described = fields.describe(settings)
    height, width = settings.data.size
    assert described["image"] == {
        "kind": "image",
        "height": height,
        "width": width,
        "channels": settings.data.channels,
    }
    assert 0 <= described["brightness"]["least"] < described["brightness"]["most"] <= 255
    assert rules.broken(described, described) == {}


@pytest.mark.usefixtures("prepared")
def test_darker_images_and_a_lost_label_break_the_rules(
    settings: config.Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected, splits = fields.describe(settings), data.load(settings)
    parts = [
        replace(part, images=part.images // 20)
        for part in vars(splits).values()
        if hasattr(part, "images")
    ]
    classes = [f"new {name}" for name in splits.classes]
    other = data.Splits(*parts, classes=classes)
    monkeypatch.setattr(data, "load", lambda _: other)
    wrong = rules.broken(expected, fields.describe(settings))
    assert set(wrong) == {("brightness", "least"), ("label", "allowed")}
