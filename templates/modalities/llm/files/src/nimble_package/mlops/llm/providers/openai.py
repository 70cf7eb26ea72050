"""OpenAI, by its own SDK: OPENAI_API_KEY (OPENAI_BASE_URL: a proxy)."""

from typing import Any

from . import Pieces, Request, Usage, client


def ask(request: Request) -> Pieces:
    """Streams an answer from OpenAI."""
    sdk = client("openai", "OpenAI", "OPENAI_API_KEY", "OPENAI_BASE_URL")
    return chat(sdk, request, max_completion_tokens=request.max_tokens)


def chat(sdk: Any, request: Request, **limit: int) -> Pieces:
    """Streams an answer from a server with this protocol."""
    form = {"name": "answer", "strict": True, "schema": request.schema}
    for chunk in sdk.chat.completions.create(
        model=request.model,
        messages=request.messages,
        response_format={"type": "json_schema", "json_schema": form},
        timeout=request.timeout,
        stream=True,
        stream_options={"include_usage": True},
        **limit,
    ):
        if chunk.choices and chunk.choices[0].delta.content:
            yield chunk.choices[0].delta.content
        if chunk.usage:
            yield Usage(chunk.usage.prompt_tokens, chunk.usage.completion_tokens)
