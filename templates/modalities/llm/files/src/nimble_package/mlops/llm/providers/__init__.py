"""The one seam to language models: each module here with an `ask` is a provider."""

import os
import pkgutil
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple, cast

from ...errors import UserError, suggest


class Request(NamedTuple):
    """All that a provider sees of a question."""

    model: str
    messages: list[dict[str, str]]
    schema: dict[str, Any]
    max_tokens: int
    timeout: float


class Usage(NamedTuple):
    """The tokens that are paid for."""

    input_tokens: int
    output_tokens: int


Pieces = Iterator[str | Usage]  # text as it comes, and at the end its usage


def find(name: str) -> Callable[[Request], Pieces]:
    """The provider of that name."""
    names = [module.name for module in pkgutil.iter_modules(__path__)]
    modules = {module: import_module(f".{module}", __name__) for module in names}
    known = {module: held.ask for module, held in modules.items() if hasattr(held, "ask")}
    if name not in known:
        raise UserError(f'"{name}" is no provider. {suggest(name, known)}')
    ask = known[name]
    for module in modules.values():  # such as cassettes, which record and replay
        ask = module.wrap(name, ask) if hasattr(module, "wrap") else ask
    return cast(Callable[[Request], Pieces], ask)


@cache
def client(sdk: str, kind: str, key: str, url: str) -> Any:
    """An SDK's client, made once; it may not retry, because each try is counted and logged."""
    try:
        maker = getattr(import_module(sdk), kind)
    except ModuleNotFoundError:
        raise UserError(f'"{sdk}" is not installed: run "uv sync --extra {sdk}"') from None
    server = {"base_url": os.environ[url]} if os.environ.get(url) else {}
    return maker(api_key=secret(key), max_retries=0, **server)


def secret(variable: str) -> str:
    """A value of the environment; a key goes to its SDK and nowhere else."""
    if not os.environ.get(variable):
        raise UserError(f'"{variable}" is not set: put it into .env, as .env.example shows')
    return os.environ[variable]
