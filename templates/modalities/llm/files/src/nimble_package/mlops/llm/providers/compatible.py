"""Any server with OpenAI's protocol (vLLM, Ollama, llama.cpp): LLM_BASE_URL and LLM_API_KEY."""

from .openai import chat
from .request import Pieces, Request
from .sdk import open_client, read_variable


def ask(request: Request) -> Pieces:
    """Streams an answer from that server."""
    read_variable("LLM_BASE_URL")  # without it the SDK would ask OpenAI
    client = open_client("openai", "OpenAI", "LLM_API_KEY", "LLM_BASE_URL")
    return chat(client, request, max_tokens=request.max_tokens)
