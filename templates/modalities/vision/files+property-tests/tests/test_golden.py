"""Clearly drawn shapes: most predictions stay correct. Draw examples of your own images here."""

import numpy as np
import pytest
import small_data

from nimble_package import predict

SEEDS = range(1, 5)  # not those of the training


@pytest.mark.usefixtures("trained")
def test_clearly_drawn_shapes_are_predicted() -> None:
    wrong = []
    for label in small_data.CORNERS:
        drawn = [small_data.draw(label, np.random.default_rng(seed)) for seed in SEEDS]
        images = [np.asarray(image) for image in drawn]
        predictions = predict.predict(predict.load(), images)
        wrong += [found["label"] for found in predictions if found["label"] != label]
    assert len(wrong) <= 3, wrong
