"""The schema has shape, brightness and labels of the images."""

from dataclasses import replace

import pytest

from nimble_package import config, data
from nimble_package.adapters.schema import read_columns
from nimble_package.mlops.project import PREPARED
from nimble_package.mlops.schema.rules import find_violations, infer_rules


@pytest.mark.usefixtures("prepared")
def test_images_are_described_by_shape_brightness_and_labels(settings: config.Config) -> None:
    columns = read_columns(settings, PREPARED)
    rules = {name: infer_rules(column) for name, column in columns.items()}
    height, width = settings.data.size
    assert rules["image height"]["min"] == rules["image height"]["max"] == height
    assert rules["image width"]["min"] == rules["image width"]["max"] == width
    assert rules["image channels"]["max"] == settings.data.channels
    darkest, brightest = rules["brightness"]["min"], rules["brightness"]["max"]
    assert isinstance(darkest, int | float)
    assert isinstance(brightest, int | float)
    assert 0 <= darkest < brightest <= 255
    assert find_violations(rules, columns) == {}


@pytest.mark.usefixtures("prepared")
def test_darker_images_and_renamed_labels_break_the_rules(
    settings: config.Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = read_columns(settings, PREPARED)
    rules = {name: infer_rules(column) for name, column in columns.items()}
    splits = data.load(settings)
    classes = [f"new {name}" for name in splits.train.classes]
    parts = [
        replace(part, images=part.images // 20, classes=classes)
        for part in (splits.train, splits.valid, splits.test)
    ]
    other_splits = data.Splits(*parts)
    monkeypatch.setattr(data, "load", lambda _config, _folder: other_splits)
    violations = find_violations(rules, read_columns(settings, PREPARED))
    assert set(violations) == {("brightness", "min"), ("label", "allowed")}
