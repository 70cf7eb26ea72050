"""A server on loopback that speaks the three protocols and misbehaves on demand.

Its answers come from the stub, so that a test compares a real SDK with the offline provider.
"""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from nimble_package.mlops.llm.providers import stub


class Server(ThreadingHTTPServer):
    """`script` holds what to do with the next requests; what came in is in `seen`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script: list[str] = []
        self.seen: list[dict[str, Any]] = []
        self.headers_seen: list[dict[str, str]] = []

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is part of the tests."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def log_message(self, *_: Any) -> None:
        pass

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.seen.append(body)
        self.server.headers_seen.append({k.lower(): v for k, v in self.headers.items()})
        order = self.server.script.pop(0) if self.server.script else "answer"
        if order.isdigit():
            # a server that repeats the key it was sent
            sent = self.headers.get("authorization") or self.headers.get("x-api-key") or ""
            answer = json.dumps({"error": {"type": "test", "message": f"no: {sent}"}}).encode()
            self.send_response(int(order))
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.send_header("Retry-After", "0.01")
            self.end_headers()
            self.wfile.write(answer)
            return
        if order == "slow":
            time.sleep(1.0)
        text = "{not JSON" if order == "malformed" else answer_text(body)
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for number, event in enumerate(EVENTS[self.path](body, text)):
            if order == "cut" and number == 3:
                self.close_connection = True
                return
            self.wfile.write(f"{len(event.encode()):x}\r\n".encode() + event.encode() + b"\r\n")
        self.wfile.write(b"0\r\n\r\n")


def answer_text(body: dict[str, Any]) -> str:
    """What the stub says to the same messages."""
    system = body.get("system") or body["messages"][0]["content"]
    return stub.answer("large", system, body["messages"][-1]["content"])


def pieces(text: str) -> list[str]:
    return [text[at : at + 20] for at in range(0, len(text), 20)]


def openai_chunks(model: str, text: str) -> list[dict[str, Any]]:
    base = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": model}
    deltas = [{"role": "assistant", "content": ""}, *({"content": part} for part in pieces(text))]
    chunks = [
        base | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
        for delta in deltas
    ]
    chunks.append(base | {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    usage = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
    return [*chunks, base | {"choices": [], "usage": usage}]


def openai_events(body: dict[str, Any], text: str) -> list[str]:
    chunks = openai_chunks(body["model"], text)
    if not body.get("stream_options", {}).get("include_usage"):
        chunks.pop()
    return [*(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks), "data: [DONE]\n\n"]


def anthropic_bodies(model: str, text: str) -> list[dict[str, Any]]:
    message: dict[str, Any] = {
        "id": "m1",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [],
    }
    message |= {"stop_reason": None, "stop_sequence": None}
    start = message | {"usage": {"input_tokens": 100, "output_tokens": 1}}
    deltas = [
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": part}}
        for part in pieces(text)
    ]
    block = {"type": "text", "text": "", "citations": None}
    return [
        {"type": "message_start", "message": start},
        {"type": "content_block_start", "index": 0, "content_block": block},
        *deltas,
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": None},
            "usage": {"output_tokens": 20},
        },
        {"type": "message_stop"},
    ]


def cohere_bodies(_: str, text: str) -> list[dict[str, Any]]:
    empty = {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": []}
    empty |= {"citations": []}
    start = {"message": {"content": {"type": "text", "text": ""}}}
    units = {"input_tokens": 100.0, "output_tokens": 20.0}
    return [
        {"type": "message-start", "id": "m1", "delta": {"message": empty}},
        {"type": "content-start", "index": 0, "delta": start},
        *(
            {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": part}}}}
            for part in pieces(text)
        ),
        {"type": "content-end", "index": 0},
        {
            "type": "message-end",
            "delta": {
                "finish_reason": "COMPLETE",
                "usage": {"billed_units": units, "tokens": units},
            },
        },
    ]


def named(bodies: list[dict[str, Any]]) -> list[str]:
    return [f"event: {body['type']}\ndata: {json.dumps(body)}\n\n" for body in bodies]


def anthropic_events(body: dict[str, Any], text: str) -> list[str]:
    return named(anthropic_bodies(body["model"], text))


def cohere_events(body: dict[str, Any], text: str) -> list[str]:
    return named(cohere_bodies(body["model"], text))


EVENTS = {
    "/v1/chat/completions": openai_events,
    "/v1/messages": anthropic_events,
    "/v2/chat": cohere_events,
}


@contextmanager
def running() -> Iterator[Server]:
    """A server for the `with` block."""
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
