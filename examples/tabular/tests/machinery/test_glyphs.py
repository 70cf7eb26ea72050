"""A label in a plot is readable also where no installed font has its script."""

import pytest

from churn.mlops import glyphs

FONTS = ("DejaVu Sans",)  # comes with matplotlib
pytest.importorskip("matplotlib", reason="plots need the packages of the group train")


@pytest.mark.parametrize("text", ["cat", "Größe → Länge", "Łódź ±", "кошка", "γάτα"])
def test_what_the_font_has_stays(text: str) -> None:
    assert glyphs.spell(text, FONTS) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\u732b", "[732B]"),
        ("a \u0915 b", "a [0915] b"),
        ("\U0001fae0 ok", "[melting face] ok"),
        ("\U0001fae0\ufe0f\u200d!", "[melting face]!"),
    ],
)
def test_what_the_font_lacks_is_a_name_or_a_code(text: str, expected: str) -> None:
    assert glyphs.spell(text, FONTS) == expected


def test_two_labels_that_no_font_has_stay_different() -> None:
    labels = ["\u732b", "\u72ac", "\u9ce5"]
    assert len({glyphs.spell(label, FONTS) for label in labels}) == 3


def test_the_labels_of_ticks_titles_and_texts_are_replaced() -> None:
    from matplotlib.figure import Figure

    figure = Figure()
    axes = figure.subplots()
    axes.set_title("\u732b")
    axes.text(0, 0, "\u72ac")
    axes.set_yticks([0, 1], ["\u9ce5", "plain"])
    glyphs.make_readable(figure, FONTS)
    figure.canvas.draw()
    assert axes.get_title() == "[732B]"
    assert axes.texts[0].get_text() == "[72AC]"
    assert [label.get_text() for label in axes.get_yticklabels()] == ["[9CE5]", "plain"]
