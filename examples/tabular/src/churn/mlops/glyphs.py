"""Replaces characters in a plot that no installed font has: matplotlib draws them as boxes."""

import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

JOINERS = "\u200d\ufe0e\ufe0f"  # join or vary the emoji before them


def make_readable(figure: "Figure", fonts: Sequence[str]) -> None:
    """Replaces what the fonts lack in every text of a figure, the labels of its ticks included."""
    from matplotlib.text import Text

    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            labels = [label.get_text() for label in axis.get_majorticklabels()]
            readable = [spell(label, tuple(fonts)) for label in labels]
            if readable != labels:
                axis.set_ticklabels(readable)
    for text in figure.findobj(Text):
        if isinstance(text, Text) and not text.get_text().isascii():
            text.set_text(spell(text.get_text(), tuple(fonts)))


def spell(text: str, fonts: tuple[str, ...]) -> str:
    """Returns a text in which each symbol that is missing is its name, each letter its code."""
    known = find_characters(fonts)
    if text.isascii() or all(ord(character) in known for character in text):
        return text
    return "".join(
        character if ord(character) in known else _spell_one(character)
        for character in text
        if character not in JOINERS
    )


def _spell_one(character: str) -> str:
    kind = unicodedata.category(character)
    name = unicodedata.name(character, "").lower()
    is_symbol = kind.startswith("S") and name
    return f"[{name}]" if is_symbol else f"[{ord(character):04X}]"


@cache
def find_characters(fonts: tuple[str, ...]) -> frozenset[int]:
    """Returns the characters that the installed ones of some fonts have."""
    from matplotlib import font_manager

    found: set[int] = set()
    for name in fonts:
        try:
            path = font_manager.findfont(name, fallback_to_default=False)
        except ValueError:  # not installed
            continue
        found.update(font_manager.get_font(path).get_charmap())
    return frozenset(found)
