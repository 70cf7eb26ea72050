"""What drift must know about questions: their length, and whether the documents know their words.

What they are about is the embedding of the project: mlops/llm/topics.py.
"""

from collections.abc import Mapping, Sequence

from ..bundle import Model
from ..config import Config
from ..mlops.drift.adapter import Adapter, Facts
from ..mlops.drift.sample import Column, number
from ..mlops.llm.topics import measure_known_terms, score_documents
from ..mlops.llm.words import split_words


def describe(model: Model, questions: Sequence[str], _facts: Facts) -> Mapping[str, Column]:
    """Returns lengths, the share of known words, and the score of the best document by BM25."""
    words = [len(split_words(question)) for question in questions]
    scores = score_documents(model, questions)
    return {
        "letters": number([len(question) for question in questions]),
        "words": number(words),
        "share of words in the documents": number(measure_known_terms(model, questions)),
        "score of the best document": number(scores.max(axis=1)),
    }


ADAPTER: Adapter[Config, str, Model] = Adapter(columns=describe)
