"""Any server with OpenAI's protocol (vLLM, Ollama, llama.cpp): LLM_BASE_URL and LLM_API_KEY."""

from . import Pieces, Request, client, secret
from .openai import chat


def ask(request: Request) -> Pieces:
    """Streams an answer from that server."""
    secret("LLM_BASE_URL")  # never OpenAI by mistake
    sdk = client("openai", "OpenAI", "LLM_API_KEY", "LLM_BASE_URL")
    return chat(sdk, request, max_tokens=request.max_tokens)
