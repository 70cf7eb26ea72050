"""One voice that speaks every keyword: most predictions stay correct. Add your own examples."""

import runpy
from pathlib import Path

import pytest

from nimble_package import config, predict
from nimble_package.mlops.speech import audio_files
from nimble_package.mlops.speech.clips import SAMPLES

# The settings and the model of the repository: those of the tests are too small.
ROOT = Path(__file__).parents[1]
MODEL = ROOT / "models" / "current"


def test_well_known_keywords_are_predicted(tmp_path: Path) -> None:
    settings = config.load(ROOT / "config.yaml")
    if settings.data.source != "builtin":
        pytest.skip("this voice speaks the built-in keywords: record one that speaks yours")
    if not MODEL.is_dir():
        pytest.skip('there is no model in models/current: run "uv run poe train" first')
    features = settings.features
    write = runpy.run_path(str(ROOT / SAMPLES))["write"]
    write(tmp_path, "adult", 1, features.sample_rate, features.seconds)
    files = sorted(tmp_path.rglob("*.wav"))
    assert len(files) >= 10
    clips = [audio_files.read(file, features)[0] for file in files]
    predictions = predict.predict(predict.load(MODEL), clips)
    wrong = []
    for file, prediction in zip(files, predictions, strict=True):
        keyword = file.parent.name
        if prediction["label"] != keyword:
            wrong.append((keyword, prediction["label"]))
    assert len(wrong) <= len(files) * 0.2, wrong
