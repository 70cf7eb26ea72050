"""Cohere's embeddings, by its SDK: CO_API_KEY; such as cohere:embed-v4.0."""

from collections.abc import Sequence

from ..providers import client
from . import Array, Kind
from .openai import fit
from .outside import Batch, ask_once

__all__ = ["embed", "fit"]


def embed(model: str, _: dict[str, Array], texts: Sequence[str], kind: Kind) -> Array:
    """The provider's vectors; it wants to know whether a text asks or answers."""

    def ask(part: Sequence[str]) -> Batch:
        reply = client("cohere", "ClientV2", "CO_API_KEY", "CO_API_URL").embed(
            model=model,
            texts=list(part),
            input_type=f"search_{kind}",
            embedding_types=["float"],
        )
        return Batch(reply.embeddings.float_, 0)

    return ask_once(f"cohere:{model}", texts, kind, ask)
