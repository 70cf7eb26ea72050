"""Cohere's embeddings, by its SDK: CO_API_KEY; such as cohere:embed-v4.0."""

from collections.abc import Sequence

from ..providers.sdk import open_client
from .embedding import Array, Arrays, Kind
from .hosted import Batch, embed_once


def embed(model: str, _: Arrays, texts: Sequence[str], kind: Kind) -> Array:
    """Returns the provider's vectors, which differ for documents and queries."""

    def request(batch: Sequence[str]) -> Batch:
        client = open_client("cohere", "ClientV2", "CO_API_KEY", "CO_API_URL")
        reply = client.embed(
            model=model,
            texts=list(batch),
            input_type=f"search_{kind}",
            embedding_types=["float"],
        )
        vectors: Batch = reply.embeddings.float_
        return vectors

    return embed_once(f"cohere:{model}", texts, kind, request)
