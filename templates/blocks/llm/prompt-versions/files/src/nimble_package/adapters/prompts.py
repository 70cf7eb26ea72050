"""What versions of prompts take from this project: prompts, and how replies to them are scored."""

from collections.abc import Iterator
from typing import Any

from ..bundle import Bundle, Model, Prompt, read_prompt
from ..config import Config
from ..metrics import Reply, grade, summarise_replies

__all__ = [
    "Model",
    "Prompt",
    "Reply",
    "grade",
    "make_bundles",
    "read_prompt",
    "summarise_replies",
]


def make_bundles(config: Config, documents: dict[str, str]) -> Iterator[tuple[Bundle, Any]]:
    """Yields every combination of the settings; the packages of a training load only now."""
    from ..train import make_bundles as make

    return make(config, documents)
