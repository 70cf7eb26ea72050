"""The prices of prices.yaml."""

from pathlib import Path
from typing import NamedTuple

import yaml

from ....providers import PROVIDERS as OWN_PROVIDERS
from ...errors import UserError, suggest
from .request import Usage

PRICES = Path("prices.yaml")
# A row in prices.yaml makes a model of these cost; the team's own are free without one as well.
FREE_PROVIDERS = ("compatible", "offline")


class Price(NamedTuple):
    """USD for a million tokens."""

    input: float
    output: float

    def cost(self, usage: Usage) -> float:
        """Returns USD."""
        millionths = usage.input_tokens * self.input + usage.output_tokens * self.output
        return millionths / 1e6


def read_price(name: str) -> Price:
    """Returns the price of a model; the stub has that of a hosted model, although it is free."""
    if not PRICES.is_file():
        raise UserError(f'"{PRICES}" is missing: it has the prices of the models')
    rows = yaml.safe_load(PRICES.read_text(encoding="utf-8"))["models"]
    provider = name.partition(":")[0]
    if name not in rows and (provider in FREE_PROVIDERS or provider in OWN_PROVIDERS):
        return Price(0.0, 0.0)
    if name not in rows:
        raise UserError(f'"{name}" has no row in {PRICES}. {suggest(name, rows)}')
    priced_as = rows[name].get("as", name)
    row = rows[priced_as]
    return Price(row["input"], row["output"])
