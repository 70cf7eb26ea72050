"""Language models of your own, by the name that `model.models` in config.yaml has before the colon.

docs/own-model.md shows a function of this repository, and a server with a protocol of its own.
"""

from .mlops.llm.providers import Ask

PROVIDERS: dict[str, Ask] = {}
