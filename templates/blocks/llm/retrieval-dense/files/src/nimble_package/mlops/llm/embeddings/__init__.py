"""Texts as vectors."""

from ...errors import UserError, suggest
from . import cohere, compatible, lsa, openai, wordllama
from .embedding import Array, Arrays, Embedding, Kind, fit_nothing

__all__ = ["Array", "Arrays", "Embedding", "Kind", "find_embedding"]

EMBEDDINGS = {
    "lsa": (lsa.fit, lsa.embed),
    "wordllama": (fit_nothing, wordllama.embed),
    "openai": (fit_nothing, openai.embed),
    "cohere": (fit_nothing, cohere.embed),
    "compatible": (fit_nothing, compatible.embed),
}


def find_embedding(name: str) -> Embedding:
    """Returns the embedding of that name, such as lsa or openai:text-embedding-3-small."""
    module = name.partition(":")[0]
    if module not in EMBEDDINGS:
        raise UserError(f'"{name}" is not an embedding. {suggest(name, EMBEDDINGS)}')
    fit, embed = EMBEDDINGS[module]
    return Embedding(name, fit, embed)
