"""OpenAI, by its own SDK: OPENAI_API_KEY (OPENAI_BASE_URL: a proxy)."""

from typing import Any

from .request import Pieces, Request, Usage
from .sdk import open_client


def ask(request: Request) -> Pieces:
    """Streams an answer from OpenAI."""
    client = open_client("openai", "OpenAI", "OPENAI_API_KEY", "OPENAI_BASE_URL")
    return chat(client, request, max_completion_tokens=request.max_tokens)


def chat(client: Any, request: Request, **limit: int) -> Pieces:
    """Streams an answer from a server with this protocol; `limit` is its name for max_tokens."""
    answer_format = {"name": "answer", "strict": True, "schema": request.schema}
    chunks = client.chat.completions.create(
        model=request.model,
        messages=request.messages,
        response_format={"type": "json_schema", "json_schema": answer_format},
        timeout=request.timeout,
        stream=True,
        stream_options={"include_usage": True},
        **limit,
    )
    for chunk in chunks:
        if chunk.choices and chunk.choices[0].delta.content:
            yield chunk.choices[0].delta.content
        if chunk.usage:
            yield Usage(chunk.usage.prompt_tokens, chunk.usage.completion_tokens)
