"""What a provider gets and what it returns."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple


class Request(NamedTuple):
    """All that a provider sees of a question."""

    model: str
    messages: list[dict[str, str]]  # the system message, then the user message
    schema: dict[str, Any]  # JSON schema of the answer
    max_tokens: int
    timeout: float  # in seconds


class Usage(NamedTuple):
    """The tokens that are paid for."""

    input_tokens: int
    output_tokens: int


Pieces = Iterator[str | Usage]  # the text as it arrives, then the usage
Ask = Callable[[Request], Pieces]
