"""Clearly written digits: most predictions stay correct. Draw your own examples here."""

import numpy as np
import pytest

from nimble_package import config, predict

DIGITS = {  # eight rows of eight, # is ink
    0: "..####.. .##..##. .#....#. .#....#. .#....#. .#....#. .##..##. ..####..",
    1: "...##... ..###... .####... ...##... ...##... ...##... ...##... ...##...",
    2: "..###... .#..##.. ....##.. ....#... ...##... ..##.... .##..... .######.",
    3: ".####... ....##.. ....##.. ..###... ....##.. .....#.. ....##.. .####...",
    4: "....#... ...##... ..##.... .##..#.. .##.##.. .######. ....##.. ....##..",
    5: ".#####.. .#...... .#...... .####... ....##.. .....#.. ....##.. .####...",
    7: ".######. ....##.. ....#... .######. ...##... ..##.... ..#..... .##.....",
}


@pytest.mark.usefixtures("trained")
def test_clearly_written_digits_are_predicted(settings: config.Config) -> None:
    if settings.data.source != "builtin":
        pytest.skip("these examples are built-in digits: draw some of your own")
    images = []
    for rows in DIGITS.values():
        ink = [[character == "#" for character in row] for row in rows.split()]
        pixels = 255 * np.array(ink, np.uint8)
        images.append(pixels[:, :, None])
    predictions = predict.predict(predict.load(), images)
    pairs = zip(predictions, DIGITS, strict=True)
    wrong = [(digit, found["label"]) for found, digit in pairs if found["label"] != str(digit)]
    assert len(wrong) <= 3, wrong
