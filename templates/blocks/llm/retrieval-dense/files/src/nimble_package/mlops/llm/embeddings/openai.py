"""OpenAI's embeddings, by its SDK: OPENAI_API_KEY; such as openai:text-embedding-3-small."""

from collections.abc import Sequence
from typing import Any

from ..providers.sdk import open_client
from .embedding import Array, Arrays, Kind
from .hosted import Batch, embed_once


def embed(model: str, _: Arrays, texts: Sequence[str], kind: Kind) -> Array:
    """Returns the provider's vectors."""

    def request(batch: Sequence[str]) -> Batch:
        client = open_client("openai", "OpenAI", "OPENAI_API_KEY", "OPENAI_BASE_URL")
        return request_vectors(client, model, batch)

    return embed_once(f"openai:{model}", texts, kind, request)


def request_vectors(client: Any, model: str, texts: Sequence[str]) -> Batch:
    """Sends one request to a server with this protocol."""
    reply = client.embeddings.create(model=model, input=list(texts), encoding_format="float")
    rows = sorted(reply.data, key=lambda row: row.index)
    return [row.embedding for row in rows]
