"""Embeddings of any server with OpenAI's protocol: LLM_BASE_URL and LLM_API_KEY."""

from collections.abc import Sequence

from ..providers.sdk import open_client, read_variable
from .embedding import Array, Arrays, Kind
from .hosted import Batch, embed_once
from .openai import request_vectors


def embed(model: str, _: Arrays, texts: Sequence[str], kind: Kind) -> Array:
    """Returns the server's vectors."""

    def request(batch: Sequence[str]) -> Batch:
        read_variable("LLM_BASE_URL")  # without it the SDK would ask OpenAI
        client = open_client("openai", "OpenAI", "LLM_API_KEY", "LLM_BASE_URL")
        return request_vectors(client, model, batch)

    return embed_once(f"compatible:{model}", texts, kind, request)
