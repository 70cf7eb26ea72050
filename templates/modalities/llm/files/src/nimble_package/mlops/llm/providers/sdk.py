"""Opens the client of a provider's SDK, with the key from the environment."""

import os
from functools import cache
from importlib import import_module
from typing import Any

from ...errors import UserError


@cache
def open_client(sdk: str, kind: str, key: str, url: str) -> Any:
    """Returns a client of the SDK; `key` and `url` are names of variables.

    The client does not retry: calls.py counts and logs every try.
    """
    try:
        make_client = getattr(import_module(sdk), kind)
    except ModuleNotFoundError:
        raise UserError(f'"{sdk}" is not installed: run "uv sync --extra {sdk}"') from None
    api_key = read_variable(key)
    if os.environ.get(url):
        return make_client(api_key=api_key, max_retries=0, base_url=os.environ[url])
    return make_client(api_key=api_key, max_retries=0)


def read_variable(name: str) -> str:
    """Returns a variable of the environment; a key is passed to its SDK and to nothing else."""
    value = os.environ.get(name)
    if not value:
        raise UserError(f'"{name}" is not set: put it into .env, as .env.example shows')
    return value
