"""Turns text into numbers: words and n-grams, hashed. Needs no vocabulary and no language."""

import unicodedata
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .config import Model

Ids = NDArray[np.int64]
SIGNS = "#%&@"  # punctuation that tells words apart: C#, 5 %
VARIATIONS = range(0xFE00, 0xFE10)  # how a character looks


class CharacterTable(dict[int, str]):
    """What becomes of a character: letters, marks and digits stay, punctuation is a space.

    Symbols and emoji are words of their own.
    """

    def __missing__(self, code: int) -> str:
        """Works out one character, once."""
        character = chr(code)
        category = unicodedata.category(character)
        is_kept = category[0] in "LMN"
        is_wide = unicodedata.east_asian_width(character) == "W"
        is_symbol = category[0] == "S" or character in SIGNS
        if is_symbol or (is_kept and is_wide):  # wide: a script without spaces between words
            self[code] = f" {character} "
        elif category == "Cf" or code in VARIATIONS:  # joiners inside words and emoji
            self[code] = ""
        else:
            self[code] = character if is_kept else " "
        return self[code]


CHARACTERS = CharacterTable()


def split_words(text: str) -> list[str]:
    """Returns words in lower case; each character of Chinese or Japanese is a word."""
    normalised = unicodedata.normalize("NFKC", text)
    return normalised.casefold().translate(CHARACTERS).split()


def hash_text(text: str, settings: Model) -> Ids:
    """Returns numbers from 1 to `num_embeddings` of words, pairs of words and n-grams.

    Each number comes once, in the order of the text; there are at most `max_length`.
    """
    found: dict[int, None] = {}
    previous = ""
    for word in split_words(text):
        pair = f"{previous} {word}"
        ngrams = split_ngrams(word, settings.ngram)
        for part in [word, pair, *ngrams]:
            checksum = zlib.crc32(part.encode())  # Python's own hash differs between processes
            number = checksum % settings.num_embeddings
            found[number + 1] = None
        if len(found) >= settings.max_length:
            break
        previous = word
    ids = np.fromiter(found, np.int64)
    return ids[: settings.max_length]


def split_ngrams(word: str, size: int) -> list[str]:
    """Returns every `size` letters of a word with its start and end marked."""
    marked = f"<{word}>"
    last = len(marked) - size
    starts = range(last + 1)
    return [marked[start : start + size] for start in starts]


def pad(rows: Sequence[Ids]) -> Ids:
    """Returns rows of different lengths as one array (n, length), filled up with 0."""
    lengths = [len(row) for row in rows]
    width = max([1, *lengths])
    shape = (len(rows), width)
    padded = np.zeros(shape, np.int64)
    for target, row in zip(padded, rows, strict=True):
        target[: len(row)] = row
    return padded
