"""OpenAI's embeddings, by its SDK: OPENAI_API_KEY; such as openai:text-embedding-3-small."""

from collections.abc import Sequence
from typing import Any

from ..providers import client
from . import Array, Kind
from .outside import Batch, ask_once


def fit(_: str, __: Sequence[str]) -> dict[str, Array]:
    """Nothing: the provider has it."""
    return {}


def embed(model: str, _: dict[str, Array], texts: Sequence[str], kind: Kind) -> Array:
    """The provider's vectors."""

    def ask(part: Sequence[str]) -> Batch:
        return vectors(client("openai", "OpenAI", "OPENAI_API_KEY", "OPENAI_BASE_URL"), model, part)

    return ask_once(f"openai:{model}", texts, kind, ask)


def vectors(sdk: Any, model: str, texts: Sequence[str]) -> Batch:
    """One request to a server with this protocol."""
    reply = sdk.embeddings.create(model=model, input=list(texts), encoding_format="float")
    rows = sorted(reply.data, key=lambda row: row.index)
    return Batch([row.embedding for row in rows], reply.usage.total_tokens)
