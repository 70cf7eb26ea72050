"""Digits that anybody would read: whatever is changed, most stay right. Write yours here."""

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
def test_what_anybody_knows_stays_right(settings: config.Config) -> None:
    if settings.data.source != "builtin":
        pytest.skip("these examples are of the built-in digits: draw some of your own")
    ink = [
        [[255 * (sign == "#") for sign in row] for row in text.split()] for text in DIGITS.values()
    ]
    answers = predict.predict(predict.load(), np.array(ink, np.uint8)[..., None])
    pairs = zip(answers, DIGITS, strict=True)
    wrong = [(digit, answer["label"]) for answer, digit in pairs if answer["label"] != str(digit)]
    assert len(wrong) <= 3, wrong
