"""Splits text of every script into words, for retrieval and for the comparison of answers."""

import unicodedata

ZERO_WIDTH_SPACE = 0x200B  # ends a word in scripts without spaces
VARIATION_SELECTORS = range(0xFE00, 0xFE10)  # how a character looks, not which one it is
CHARACTER_IS_WORD = (range(0x3040, 0x3100), range(0x3400, 0xA000), range(0x20000, 0x32000))
NO_SPACES = (range(0x0E00, 0x0F00), range(0x1000, 0x10A0), range(0x1780, 0x1800))
SYMBOLS = "%"


class CharacterTable(dict[int, str]):
    """What becomes of a character: letters, marks and digits stay, others are spaces.

    Chinese and Japanese put no spaces between words, so there each character counts as a word.
    """

    def __init__(self, symbols: str = "") -> None:
        """Currency signs and `symbols` are words, if there are any."""
        super().__init__()
        self.symbols = symbols

    def __missing__(self, code: int) -> str:
        """Works out one character, once."""
        character = chr(code)
        category = unicodedata.category(character)
        is_currency = category == "Sc" and self.symbols != ""
        if code in VARIATION_SELECTORS or (category == "Cf" and code != ZERO_WIDTH_SPACE):
            self[code] = ""  # joiners and soft hyphens are inside words
        elif is_currency or character in self.symbols or is_in(code, CHARACTER_IS_WORD):
            self[code] = f" {character} "
        elif category[0] in "LMN":
            self[code] = character
        else:
            self[code] = " "
        return self[code]


def is_in(code: int, ranges: tuple[range, ...]) -> bool:
    """Returns whether a character is in one of the ranges."""
    return any(code in part for part in ranges)


CHARACTERS = CharacterTable()
CHARACTERS_AND_SYMBOLS = CharacterTable(SYMBOLS)


def split_words(text: str) -> list[str]:
    """Returns the words in lower case, without punctuation."""
    return _fold(text).translate(CHARACTERS).split()


def normalise(text: str) -> list[str]:
    """Returns words, currency signs and % in lower case.

    In scripts without spaces each letter is a word, so that a part of a sentence is found.
    """
    words = []
    for word in _fold(text).translate(CHARACTERS_AND_SYMBOLS).split():
        words.extend(split_letters(word) if has_no_spaces(word) else [word])
    return words


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def has_no_spaces(word: str) -> bool:
    """Returns whether the script puts no spaces between words: Thai, Lao, Burmese, Khmer."""
    return any(is_in(ord(character), NO_SPACES) for character in word)


def split_letters(word: str) -> list[str]:
    """Returns the letters, each with the marks that follow it."""
    letters: list[str] = []
    for character in word:
        is_mark = unicodedata.category(character).startswith("M")
        if is_mark and letters:
            letters[-1] += character
        else:
            letters.append(character)
    return letters
