"""Anthropic, by its own SDK: ANTHROPIC_API_KEY (ANTHROPIC_BASE_URL: a proxy)."""

from . import Pieces, Request, Usage, client


def ask(request: Request) -> Pieces:
    """Streams an answer from Anthropic."""
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
