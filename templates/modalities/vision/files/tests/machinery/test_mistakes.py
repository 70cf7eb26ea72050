"""The plot of mistakes shows the wrong images, and says what else it shows."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nimble_package import plots
from nimble_package.data import Examples

CLASSES = ["cat", "dog", "owl"]


def draw(monkeypatch: pytest.MonkeyPatch, labels: list[int], y_prob: Any) -> tuple[str, list[str]]:
    """Returns the title and the captions of the plot."""
    drawn: list[Any] = []
    monkeypatch.setattr(plots, "plot_tiles", lambda *arguments: drawn.extend(arguments))
    images = np.zeros((len(labels), 2, 2, 1), np.uint8)
    count = len(labels)
    names = np.array([str(number) for number in range(count)])
    examples = Examples(images, np.array(labels), names, names, CLASSES)
    plots.plot_mistakes(Path("unused"), examples, y_prob, y_prob.argmax(axis=1))
    return drawn[1], drawn[3]


def test_a_right_image_of_low_probability_is_not_among_the_wrong_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wrong = [0.48, 0.52, 0.0]  # its label has more than that of the right ones below
    right = [0.35, 0.33, 0.32]
    y_prob = np.array([right] * 20 + [wrong] * 9)
    title, captions = draw(monkeypatch, [0] * 29, y_prob)
    assert title.startswith("9 of 29 validation images are wrong")
    assert title.endswith(": the worst")
    assert len(captions) == 9
    assert all("cat → dog" in caption for caption in captions)


def test_without_a_wrong_image_the_title_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    title, captions = draw(monkeypatch, [0] * 20, np.array([[0.9, 0.1, 0.0]] * 20))
    assert title == "All 20 validation images are right: the least certain ones"
    assert len(captions) == 8


def test_right_images_that_fill_the_plot_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    y_prob = np.array([[0.9, 0.1, 0.0]] * 20 + [[0.4, 0.6, 0.0]] * 2)
    title, captions = draw(monkeypatch, [0] * 22, y_prob)
    assert title.endswith("these, and the least certain right ones")
    assert [("correct" in caption) for caption in captions] == [False] * 2 + [True] * 6
