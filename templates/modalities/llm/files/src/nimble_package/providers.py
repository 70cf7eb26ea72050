"""The one seam to language models: a provider yields pieces of text, at the end the tokens used."""

import os
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple

from . import stub as offline
from .settings import UserError, nearest


class Request(NamedTuple):
    """All that a provider sees of a question."""

    model: str
    messages: list[dict[str, str]]
    schema: dict[str, Any]
    max_tokens: int
    timeout: float


class Usage(NamedTuple):
    """The tokens that are paid for."""

    input_tokens: int
    output_tokens: int


Pieces = Iterator[str | Usage]


def stub(request: Request) -> Pieces:
    """The offline stand-in; four letters count as a token."""
    system, user = (message["content"] for message in request.messages)
    text = offline.answer(request.model, system, user)
    yield from text.splitlines(keepends=True)
    yield Usage((len(system) + len(user)) // 4, len(text) // 4)


def openai(request: Request) -> Pieces:
    """OPENAI_API_KEY."""
    sdk = client("openai", "OpenAI", "OPENAI_API_KEY", "OPENAI_BASE_URL")
    return _chat(sdk, request, {"max_completion_tokens": request.max_tokens})


def compatible(request: Request) -> Pieces:
    """LLM_BASE_URL and LLM_API_KEY: any server with OpenAI's protocol, such as vLLM or Ollama."""
    secret("LLM_BASE_URL")
    sdk = client("openai", "OpenAI", "LLM_API_KEY", "LLM_BASE_URL")
    return _chat(sdk, request, {"max_tokens": request.max_tokens})


def _chat(sdk: Any, request: Request, limit: dict[str, int]) -> Pieces:
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


def anthropic(request: Request) -> Pieces:
    """ANTHROPIC_API_KEY."""
    sdk = client("anthropic", "Anthropic", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL")
    with sdk.messages.stream(
        model=request.model,
        system=request.messages[0]["content"],
        messages=request.messages[1:],
        output_config={"format": {"type": "json_schema", "schema": request.schema}},
        max_tokens=request.max_tokens,
        timeout=request.timeout,
    ) as stream:
        yield from stream.text_stream
        usage = stream.get_final_message().usage
        yield Usage(usage.input_tokens, usage.output_tokens)


def cohere(request: Request) -> Pieces:
    """CO_API_KEY."""
    for event in client("cohere", "ClientV2", "CO_API_KEY", "CO_API_URL").chat_stream(
        model=request.model,
        messages=request.messages,
        response_format={"type": "json_object", "json_schema": request.schema},
        max_tokens=request.max_tokens,
        request_options={"timeout": request.timeout},
    ):
        if event.type == "content-delta":
            yield event.delta.message.content.text or ""
        elif event.type == "message-end":
            units = event.delta.usage.billed_units
            yield Usage(int(units.input_tokens), int(units.output_tokens))


PROVIDERS = {ask.__name__: ask for ask in (anthropic, cohere, compatible, openai, stub)}


def find(name: str) -> Callable[[Request], Pieces]:
    """The provider of that name."""
    if name not in PROVIDERS:
        raise UserError(f'"{name}" is no provider. {nearest(name, PROVIDERS)}')
    return PROVIDERS[name]


@cache
def client(sdk: str, kind: str, key: str, url: str) -> Any:
    """An SDK's client, made once; it may not retry, because each try is counted and logged."""
    try:
        maker = getattr(import_module(sdk), kind)
    except ModuleNotFoundError:
        raise UserError(f'"{sdk}" is not installed: run "uv sync --extra {sdk}"') from None
    server = {"base_url": os.environ[url]} if os.environ.get(url) else {}
    return maker(api_key=secret(key), max_retries=0, **server)


def secret(variable: str) -> str:
    """A value of the environment; a key goes to its SDK and nowhere else."""
    if variable not in os.environ:
        raise UserError(f'"{variable}" is not set: put it into .env, as .env.example shows')
    return os.environ[variable]
