"""A Terraform provider that knows its schema and nothing else: enough for `validate` and for tests with a mocked provider.

Speaks plugin protocol 6 (github.com/hashicorp/terraform, docs/plugin-protocol) by hand-written messages; the schema is
next to it in schema.json. Terraform needs TF_DISABLE_PLUGIN_TLS=1.
"""

import json
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc

SERVICE = "tfplugin6.Provider"
EMPTY = ("ValidateProviderConfig", "ValidateResourceConfig", "ValidateDataResourceConfig", "StopProvider")


def number(value: int) -> bytes:
    """A number as protobuf writes it."""
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def field(key: int, value: bytes | str | int) -> bytes:
    """One field of a message."""
    if isinstance(value, int):
        return number(key << 3) + number(value)
    data = value.encode() if isinstance(value, str) else value
    return number(key << 3 | 2) + number(len(data)) + data


def block(given: dict[str, Any]) -> bytes:
    """Schema.Block."""
    out = b""
    for name, one in sorted(given["attributes"].items()):
        optional = not one["required"] and not one.get("read", False)
        flags = field(4, int(one["required"])) + field(5, int(optional)) + field(6, int(one["computed"]))
        out += field(2, field(1, name) + field(2, json.dumps(one["type"])) + flags)
    for name, one in sorted(given["blocks"].items()):
        sizes = field(3, one["nesting"]) + field(4, one["min"]) + field(5, one["max"])
        out += field(3, field(1, name) + field(2, block(one["block"])) + sizes)
    return out


def answer(schema: dict[str, Any]) -> bytes:
    """GetProviderSchema.Response."""
    out = field(1, field(2, block(schema["provider"])))
    for key, kind in ((2, "resource"), (3, "data")):
        for name, given in sorted(schema[kind].items()):
            out += field(key, field(1, name) + field(2, field(2, block(given))))
    return out


def main() -> None:
    """Serves until Terraform ends it."""
    schema = answer(json.loads((Path(__file__).parent / "schema.json").read_text(encoding="utf-8")))
    answers = {**dict.fromkeys(EMPTY, b""), "GetProviderSchema": schema}
    methods = {
        name: grpc.unary_unary_rpc_method_handler(lambda request, context, name=name: answers[name])
        for name in answers
    }
    server = grpc.server(ThreadPoolExecutor(4), options=[("grpc.max_send_message_length", -1)])
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, methods),))
    socket = f"{tempfile.mkdtemp()}/plugin"
    server.add_insecure_port(f"unix:{socket}")
    server.start()
    print(f"1|6|unix|{socket}|grpc|", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
