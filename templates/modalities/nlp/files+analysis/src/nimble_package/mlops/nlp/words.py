"""Adds words to texts and removes them, to measure what a word is worth."""

from collections import Counter
from collections.abc import Mapping, Sequence

from ...features import split_words
from ..errors import UserError

MAX_WORDS = 20
MAX_LINES = 12
MAX_SHARE = 0.25  # of the texts: a more frequent word says little about any of them


def frequent_words(texts: Sequence[str]) -> list[str]:
    """Returns the words that most texts have, without those that nearly every text has."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(set(split_words(text)))
    limit = MAX_SHARE * len(texts)
    by_count = sorted(counts, key=lambda word: (-counts[word], word))
    frequent = [word for word in by_count if counts[word] < limit]
    return frequent[:MAX_WORDS]


def exchange_word(texts: Sequence[str], word: str, others: Sequence[str]) -> list[str]:
    """Returns the texts, each with `word` if the other text has it and without it otherwise."""
    mixed = []
    for text, other in zip(texts, others, strict=True):
        words = split_words(text)
        is_wanted = word in split_words(other)
        if is_wanted == (word in words):
            mixed.append(text)
        elif is_wanted:
            mixed.append(" ".join([*words, word]))
        else:
            mixed.append(_remove(words, word))
    return mixed


def remove_each_word(text: str) -> dict[str, str]:
    """Returns the text without each of its words, in their order."""
    words = split_words(text)
    if not words:
        raise UserError("the text has no words: write a text in quotes, or name a file")
    return {word: _remove(words, word) for word in words}


def format_words(contributions: Mapping[str, float]) -> list[str]:
    """Returns one line for each of the words that matter most, the strongest first."""
    strongest = sorted(contributions, key=lambda word: -abs(contributions[word]))
    return [f"{word:20}  {contributions[word]:+.4f}" for word in strongest[:MAX_LINES]]


def _remove(words: Sequence[str], word: str) -> str:
    return " ".join(kept for kept in words if kept != word)
