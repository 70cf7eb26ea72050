"""Puts a provider of docs/own-model.md into a repository: the protocol is in test/e2e/steps/own-model.ts.

`own_model.py serve PORT` is the server of the second one: it answers with the first sentence of the first
passage, and ends when nothing was asked for two minutes.
"""

import json
import re
import socket
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

HEADINGS = {
    "words": "A function of this repository",
    "server": "A server with a protocol of its own",
}
# Of the built-in handbook: the baseline, which finds a sentence in the best passage, has 0.6. The server
# answers every question, also those without an answer, and with the first sentence, right or wrong.
RANGES = {
    "words": {"model.score": [0.5, 0.8], "score": [0.5, 0.8], "form": [1.0, 1.0]},
    "server": {"model.score": [0.2, 0.55], "score": [0.2, 0.55], "form": [1.0, 1.0]},
}
SETTINGS = ["model.chunk_words=[30]", "model.top_k=[4]", "evaluate.min_score=0"]
IDLE_S = 120


class Handler(BaseHTTPRequestHandler):
    """Answers as docs/own-model.md says."""

    def log_message(self, *_: object) -> None:
        """Prints nothing."""

    def do_POST(self) -> None:
        """Answers with the first sentence of the first passage."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        source, text = re.findall(
            r'<passage source="(.*?)">\n(.*?)\n</passage>', asked["text"], re.S
        )[0]
        sentence = re.split(r"(?<=[.!?])\s", text.split("\n\n")[-1])[0]
        answer = {"answer": sentence, "sources": [source], "answered": True}
        tokens = {"input": len(asked["text"]) // 4, "output": len(sentence) // 4 + 1}
        body = json.dumps({"answer": json.dumps(answer), "tokens": tokens}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Server(HTTPServer):
    """Ends when nothing was asked for a while."""

    timeout = IDLE_S

    def handle_timeout(self) -> None:
        """Ends the program."""
        raise SystemExit


def serve(port: int) -> None:
    """Answers until nothing is asked any more."""
    with Server(("127.0.0.1", port), Handler) as server:
        while True:
            server.handle_request()


def start_server() -> str:
    """Starts the server in a process of its own; returns its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, __file__, "serve", str(port)]
    quiet = {
        "stdin": subprocess.DEVNULL,
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.DEVNULL,
    }
    subprocess.Popen(command, start_new_session=True, **quiet)
    return f"http://127.0.0.1:{port}"


def main(arguments: list[str]) -> None:
    """Lists the providers, or puts one in."""
    if not arguments:
        print("\n".join(HEADINGS))
        return
    if arguments[0] == "serve":
        serve(int(arguments[1]))
        return
    from own_model_page import apply

    repository, name = Path(arguments[0]), arguments[1]
    applied = apply(repository, HEADINGS[name])
    thresholds = repository / "evals" / "thresholds.yaml"
    if thresholds.is_file():  # those are for a model that refuses what it cannot know
        thresholds.write_text("metrics:\n  form: { min: 1 }\n", encoding="utf-8")
    if name == "server":
        address = start_server()
        (repository / ".env").write_text(f"OWN_LLM_URL={address}\n", encoding="utf-8")
    model = {
        "commands": applied.commands,
        "settings": SETTINGS,
        "predict": "uv run poe predict handbook/questions.txt",
        "ranges": RANGES[name],
        "blocks": applied.blocks,
    }
    print(json.dumps(model))


if __name__ == "__main__":
    main(sys.argv[1:])
