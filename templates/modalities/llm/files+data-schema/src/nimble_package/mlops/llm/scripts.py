"""Finds the scripts that texts are written in."""

import unicodedata
from collections import Counter
from collections.abc import Iterable

MIN_SHARE = 0.005  # of the letters: a rarer script is that of a loan word or a name


def find_scripts(texts: Iterable[str]) -> list[str]:
    """Returns the scripts by the names that their letters have in Unicode, sorted."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(character for character in text if character.isalpha())
    scripts: Counter[str] = Counter()
    for letter, count in counts.items():
        name = unicodedata.name(letter, "UNKNOWN")
        script = name.partition(" ")[0].lower()
        scripts[script] += count
    minimum = MIN_SHARE * counts.total()
    return sorted(script for script, count in scripts.items() if count >= minimum)
