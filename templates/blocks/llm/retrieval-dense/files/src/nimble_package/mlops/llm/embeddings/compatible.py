"""Embeddings of any server with OpenAI's protocol: LLM_BASE_URL and LLM_API_KEY."""

from collections.abc import Sequence

from ..providers import client, secret
from . import Array, Kind
from .openai import fit, vectors
from .outside import Batch, ask_once

__all__ = ["embed", "fit"]


def embed(model: str, _: dict[str, Array], texts: Sequence[str], kind: Kind) -> Array:
    """The server's vectors."""

    def ask(part: Sequence[str]) -> Batch:
        secret("LLM_BASE_URL")  # never OpenAI by mistake
        return vectors(client("openai", "OpenAI", "LLM_API_KEY", "LLM_BASE_URL"), model, part)

    return ask_once(f"compatible:{model}", texts, kind, ask)
