"""The providers by name: one line for each, and those of the team's providers.py."""

from collections.abc import Callable

from ....providers import PROVIDERS as OWN_PROVIDERS
from ...errors import UserError, suggest
from .anthropic import ask as ask_anthropic
from .cohere import ask as ask_cohere
from .compatible import ask as ask_compatible
from .openai import ask as ask_openai
from .request import Ask
from .stub import ask as ask_stub

Wrap = Callable[[str, Ask], Ask]  # gets the name and the provider; returns what is asked instead

PROVIDERS: dict[str, Ask] = {
    "anthropic": ask_anthropic,
    "cohere": ask_cohere,
    "compatible": ask_compatible,
    "openai": ask_openai,
    "stub": ask_stub,
}
WRAPPERS: list[Wrap] = []


def find_provider(name: str) -> Ask:
    """Returns the provider of that name."""
    known = {**PROVIDERS, **OWN_PROVIDERS}
    if name not in known:
        raise UserError(f'"{name}" is not a provider. {suggest(name, known)}')
    ask = known[name]
    for wrap in WRAPPERS:
        ask = wrap(name, ask)
    return ask
