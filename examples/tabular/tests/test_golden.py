"""Well-known cars: most predictions stay correct. Write your own examples here."""

from pathlib import Path

import pytest

from churn import config, predict, train
from churn.mlops.project import TrainingPaths

ROOT = Path(__file__).parents[1]
SMALL = ["model.max_iter=20", "evaluate.folds=2", "runtime.track=false"]

NUMBERS = "Cylinders Displacement Horsepower Weight_in_lbs Acceleration Miles_per_Gallon"
CARS = [  # cylinders, cubic inches, horsepower, pounds, seconds to 60 mph, miles a gallon; origin
    ([8, 454, 220, 4354, 9, 14], "USA"),
    ([8, 350, 165, 3693, 11.5, 15], "USA"),
    ([8, 302, 129, 3169, 12, 20], "USA"),
    ([6, 232, 100, 2945, 16, 18], "USA"),
    ([6, 250, 88, 3139, 14.5, 19], "USA"),
    ([4, 71, 65, 1836, 21, 32], "Japan"),
    ([4, 72, 69, 1613, 18, 35], "Japan"),
    ([4, 79, 58, 1755, 16.9, 39.1], "Japan"),
    ([4, 90, 48, 2085, 21.7, 44.3], "Europe"),
    ([4, 97, 46, 1950, 21, 26], "Europe"),
]


@pytest.mark.configured_data
def test_well_known_examples_are_predicted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = config.load(ROOT / "config.yaml", SMALL)
    if (settings.data.source, settings.data.target) != ("builtin", "Origin"):
        pytest.skip("these examples are from the built-in table: write some of your own")
    monkeypatch.chdir(tmp_path)
    paths = TrainingPaths.inside(tmp_path)
    train.train(settings, paths)
    rows = [
        dict(zip(NUMBERS.split(), values, strict=True)) | {"Year": "1975-01-01"}
        for values, _ in CARS
    ]
    predictions = predict.predict(predict.load(paths.model), rows)
    pairs = zip(predictions, CARS, strict=True)
    wrong = [(car, prediction) for prediction, car in pairs if prediction["Origin"] != car[1]]
    assert len(wrong) <= 2, wrong
