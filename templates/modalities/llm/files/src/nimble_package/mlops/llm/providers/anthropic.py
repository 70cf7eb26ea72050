"""Anthropic, by its own SDK: ANTHROPIC_API_KEY (ANTHROPIC_BASE_URL: a proxy)."""

from .request import Pieces, Request, Usage
from .sdk import open_client


def ask(request: Request) -> Pieces:
    """Streams an answer from Anthropic."""
    client = open_client("anthropic", "Anthropic", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL")
    system, *messages = request.messages
    answer_format = {"type": "json_schema", "schema": request.schema}
    with client.messages.stream(
        model=request.model,
        system=system["content"],
        messages=messages,
        output_config={"format": answer_format},
        max_tokens=request.max_tokens,
        timeout=request.timeout,
    ) as stream:
        yield from stream.text_stream
        usage = stream.get_final_message().usage
        yield Usage(usage.input_tokens, usage.output_tokens)
