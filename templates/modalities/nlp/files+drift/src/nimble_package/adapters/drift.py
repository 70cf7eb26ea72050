"""What drift must know about texts: their length, and how many of their words are new."""

from collections.abc import Mapping, Sequence

from ..config import Config
from ..features import split_words
from ..mlops.drift.adapter import Adapter, Facts
from ..mlops.drift.sample import Column, number
from ..predict import Model

MAX_WORDS = 100_000


def learn_words(_model: Model, texts: Sequence[str]) -> Facts:
    """Returns the words of some training texts, in the order in which they occur."""
    words: dict[str, None] = {}
    for text in texts:
        words.update(dict.fromkeys(split_words(text)))
    return {"words": list(words)[:MAX_WORDS]}


def describe(_model: Model, texts: Sequence[str], facts: Facts) -> Mapping[str, Column]:
    """Returns lengths, the length of words and the share of words that are not known."""
    known = set(facts["words"])
    letters, counts, lengths, unknown = [], [], [], []
    for text in texts:
        words = split_words(text)
        count = len(words)
        letters.append(len(text))
        counts.append(count)
        lengths.append(sum(map(len, words)) / count if count else None)
        new = [word for word in words if word not in known]
        unknown.append(len(new) / count if count else None)
    return {
        "letters": number(letters),
        "words": number(counts),
        "letters of a word": number(lengths),
        "share of unknown words": number(unknown),
    }


ADAPTER: Adapter[Config, str, Model] = Adapter(columns=describe, learn=learn_words)
