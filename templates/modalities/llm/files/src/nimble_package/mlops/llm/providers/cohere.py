"""Cohere, by its own SDK: CO_API_KEY (CO_API_URL: a proxy)."""

from . import Pieces, Request, Usage, client


def ask(request: Request) -> Pieces:
    """Streams an answer from Cohere."""
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
