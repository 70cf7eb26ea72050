"""The providers by name: one line for each."""

from collections.abc import Callable

from ...errors import UserError, suggest
from . import anthropic, cohere, compatible, openai, stub
from .request import Ask

Wrap = Callable[[str, Ask], Ask]  # gets the name and the provider; returns what is asked instead

PROVIDERS: dict[str, Ask] = {
    "anthropic": anthropic.ask,
    "cohere": cohere.ask,
    "compatible": compatible.ask,
    "openai": openai.ask,
    "stub": stub.ask,
}
WRAPPERS: list[Wrap] = []


def find_provider(name: str) -> Ask:
    """Returns the provider of that name."""
    if name not in PROVIDERS:
        raise UserError(f'"{name}" is not a provider. {suggest(name, PROVIDERS)}')
    ask = PROVIDERS[name]
    for wrap in WRAPPERS:
        ask = wrap(name, ask)
    return ask
