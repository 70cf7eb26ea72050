"""Cohere, by its own SDK: CO_API_KEY (CO_API_URL: a proxy)."""

from .request import Pieces, Request, Usage
from .sdk import open_client


def ask(request: Request) -> Pieces:
    """Streams an answer from Cohere."""
    client = open_client("cohere", "ClientV2", "CO_API_KEY", "CO_API_URL")
    events = client.chat_stream(
        model=request.model,
        messages=request.messages,
        response_format={"type": "json_object", "json_schema": request.schema},
        max_tokens=request.max_tokens,
        request_options={"timeout": request.timeout},
    )
    for event in events:
        if event.type == "content-delta":
            yield event.delta.message.content.text or ""
        elif event.type == "message-end":
            units = event.delta.usage.billed_units
            yield Usage(int(units.input_tokens), int(units.output_tokens))
